package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"roletrail/parquet"
)

// watching is the program while it watches a folder.
type watching struct {
	t    *testing.T
	cmd  *exec.Cmd
	logs string
	base string // of its server

	client   http.Client
	password string

	mu   sync.Mutex
	said strings.Builder
}

// startWatching starts the program, and returns when it listens.
func startWatching(t *testing.T, scheme string, flags ...string) *watching {
	t.Helper()
	w := &watching{t: t, logs: filepath.Join(t.TempDir(), "logs")}
	if err := os.Mkdir(w.logs, 0o755); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"watch", "--lake", filepath.Join(t.TempDir(), "lake"), "--listen", "127.0.0.1:0"}, flags...)
	w.start(self, scheme, append(args, w.logs)...)
	return w
}

// start starts a program, and returns when it listens.
func (w *watching) start(program, scheme string, args ...string) {
	t := w.t
	t.Helper()
	w.cmd = exec.Command(program, args...)
	w.cmd.Env = append(os.Environ(), asProgram+"=1")
	stderr, err := w.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.cmd.Process.Kill() })
	lines := bufio.NewReader(stderr)
	first, err := lines.ReadString('\n')
	found := regexp.MustCompile(`http://(127\.0\.0\.1:[0-9]+)/metrics`).FindStringSubmatch(first)
	if err != nil || found == nil {
		t.Fatalf("it begins with %q, %v", first, err)
	}
	w.base = scheme + "://" + found[1]
	go func() {
		text, _ := io.ReadAll(lines)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.said.Write(text)
	}()
}

// get asks for a page, and returns its status and text; 0 if there is no answer.
func (w *watching) get(path string) (status int, text string) {
	w.t.Helper()
	request, err := http.NewRequest(http.MethodGet, w.base+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.password != "" {
		request.SetBasicAuth("prometheus", w.password)
	}
	answer, err := w.client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err.Error()
	}
	return answer.StatusCode, string(body)
}

// await asks for a page until it has a text.
func (w *watching) await(path, want string) {
	w.t.Helper()
	var status int
	var text string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if status, text = w.get(path); status == http.StatusOK && strings.Contains(text, want) {
			return
		}
	}
	w.t.Fatalf("%s does not say %q but, with status %d:\n%s", path, want, status, text)
}

// end stops the program and returns what it said.
func (w *watching) end() string {
	w.t.Helper()
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Fatal(err)
	}
	code := exitCodeWithin(w.t, w.cmd, 20*time.Second)
	w.mu.Lock()
	defer w.mu.Unlock()
	if code != 0 {
		w.t.Errorf("exit code %d: %s", code, w.said.String())
	}
	return w.said.String()
}

func TestWatchReadsWhatComes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal for a single process")
	}
	w := startWatching(t, "http", "--poll", "1s")
	w.await("/-/ready", "ready")
	w.await("/-/healthy", "healthy")
	w.await("/", "roletrail")
	if status, _ := w.get("/other"); status != http.StatusNotFound {
		t.Errorf("an unknown page has status %d", status)
	}
	if err := errors.Join(
		os.WriteFile(filepath.Join(w.logs, "a.json"), []byte(`{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-8000-000000000001","recipientAccountId":"111111111111"}]}`), 0o600),
		os.WriteFile(filepath.Join(w.logs, "bad.json"), []byte(`{"Rec`), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	w.await("/metrics", `roletrail_ingest_records_total{outcome="written"} 1`)
	w.await("/metrics", `roletrail_ingest_quarantined_objects 1`)
	w.await("/metrics", `roletrail_ingest_last_event_timestamp_seconds{account_id="111111111111"} 1.783683725e+09`)
	w.await("/metrics", `roletrail_build_info{version=`)
	said := w.end()
	for _, want := range []string{"records 1 = written 1 + duplicate 0 + quarantined 0\n", "/bad.json: ", "stopped; what was begun is in the lake\n"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q but:\n%s", want, said)
		}
	}
}

// TestWatchIsReadyAfterItsFirstLook, for which it must wait here, because another process writes to the lake.
func TestWatchIsReadyAfterItsFirstLook(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal for a single process")
	}
	dir := t.TempDir()
	lake, err := parquet.CreateLake(filepath.Join(dir, "lake"))
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := &watching{t: t, logs: filepath.Join(dir, "logs")}
	if err := os.Mkdir(w.logs, 0o755); err != nil {
		t.Fatal(err)
	}
	w.start(self, "http", "watch", "--lake", filepath.Join(dir, "lake"), "--listen", "127.0.0.1:0", "--poll", "1s", w.logs)
	w.await("/-/healthy", "healthy")
	w.await("/metrics", `roletrail_ingest_rounds_total{outcome="locked"} 1`)
	if status, text := w.get("/-/ready"); status != http.StatusServiceUnavailable || !strings.Contains(text, "the first look at the sources is not done yet") {
		t.Errorf("before its first look: status %d, %s", status, text)
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	w.await("/-/ready", "ready")
	w.end()
}

// TestWatchServesWithTLSAndPassword asks with and without what the configuration wants.
func TestWatchServesWithTLSAndPassword(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal for a single process")
	}
	dir := t.TempDir()
	authority := writeCertificate(t, dir)
	config := filepath.Join(dir, "web.yml")
	// The hash of the password "test".
	text := "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\nbasic_auth_users:\n  prometheus: $2a$04$j1GH9h2i7DbhKjcRxgNpCuESfbsMKCoIWcGBKtYAhocaC1xXnfNLO\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w := startWatching(t, "https", "--web.config.file", config)
	w.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority}}
	w.password = "test"
	w.await("/-/ready", "ready")
	for _, wrong := range []string{"", "Test"} {
		w.password = wrong
		if status, text := w.get("/metrics"); status != http.StatusUnauthorized {
			t.Errorf("with password %q: status %d, %s", wrong, status, text)
		}
	}
	w.end()
}

// writeCertificate writes a certificate for 127.0.0.1 and its key.
func writeCertificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyText, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: certificate}, "key.pem": {Type: "PRIVATE KEY", Bytes: keyText}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(certificate)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return pool
}
