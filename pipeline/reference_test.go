package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"roletrail/iam/action"
)

func names(services []*action.Reference) []string {
	var out []string
	for _, s := range services {
		out = append(out, s.Service())
	}
	slices.Sort(out)
	return out
}

var fixture = []string{"depot", "ferry", "s3"}

func TestReferenceFolder(t *testing.T) {
	target, err := filepath.Abs(referenceFolder)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{referenceFolder, link} {
		services, err := ReadReference(context.Background(), folder)
		if err != nil || !slices.Equal(names(services), fixture) {
			t.Errorf("%s: services %v, %v", folder, names(services), err)
		}
	}
}

func TestReferenceFolderErrors(t *testing.T) {
	folder := func(name, text string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	large := folder("a.json", "")
	if err := os.Truncate(filepath.Join(large, "a.json"), maxReferenceFile+1); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		filepath.Join(t.TempDir(), "absent"):                        "there is no such folder; name one with its files",
		t.TempDir():                                                 "no file in it describes a service",
		folder("a.txt", `{"Name":"a","Actions":[]}`):                "no file in it describes a service",
		folder("a.json", `[]`):                                      "no file in it describes a service",
		folder("a.json", `{`):                                       "a.json",
		folder("b.json", `{"Name":"a","Actions":[{"Name":"x y"}]}`): "b.json",
		large: "more than 33554432 bytes",
	} {
		if _, err := ReadReference(context.Background(), dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "service reference") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestReferenceURL(t *testing.T) {
	files := http.FileServer(http.Dir(referenceFolder))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.ServeFile(w, r, referenceFolder+"/index.json")
			return
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	for _, address := range []string{server.URL, server.URL + "/", server.URL + "/index"} {
		if strings.HasSuffix(address, "/index") {
			address += ".json"
		}
		services, err := ReadReference(context.Background(), address)
		if err != nil || !slices.Equal(names(services), fixture) {
			t.Errorf("%s: services %v, %v", address, names(services), err)
		}
	}
}

func TestReferenceURLErrors(t *testing.T) {
	serve := func(answer func(w http.ResponseWriter, path string)) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, r.URL.Path) }))
		t.Cleanup(server.Close)
		return server.URL
	}
	index := func(entry, service string) string {
		return serve(func(w http.ResponseWriter, path string) {
			if path == "/" {
				fmt.Fprintf(w, `[{"service":"a","url":%q},{"service":"b","url":"/fine"}]`, entry)
				return
			}
			io.WriteString(w, strings.ReplaceAll(service, "PATH", strings.Trim(path, "/")))
		})
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	fine := `{"Name":"PATH","Actions":[]}`
	for address, want := range map[string]string{
		closed.URL: "save its files in a folder",
		"http://[": "reading the service reference",
		serve(func(w http.ResponseWriter, _ string) { http.Error(w, "no", http.StatusForbidden) }):               "403 Forbidden",
		serve(func(w http.ResponseWriter, _ string) { io.WriteString(w, `{}`) }):                                 "is it the index's URL?",
		serve(func(w http.ResponseWriter, _ string) { io.WriteString(w, `[]`) }):                                 "describes a service",
		serve(func(w http.ResponseWriter, _ string) { io.Copy(w, io.LimitReader(zeros{}, maxReferenceFile+1)) }): "more than 33554432 bytes",
		serve(func(w http.ResponseWriter, _ string) {
			w.Header().Set("Location", "http://127.0.0.2/")
			w.WriteHeader(http.StatusFound)
		}): `it redirects to "http://127.0.0.2/"`,
		index("http://127.0.0.2/a", fine):  `service "a" lies elsewhere, at "http://127.0.0.2/a"`,
		index("https://127.0.0.1/a", fine): "lies elsewhere",
		index("file:///etc/passwd", fine):  "lies elsewhere",
		index("/a", `{"Name":"a"}`):        "describes no service",
		index("/a", `[`):                   "unexpected end",
	} {
		_, err := ReadReference(context.Background(), address)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), address) && address != "http://[" {
			t.Errorf("%s: error %v, want %q", address, err, want)
		}
	}
	if services, err := ReadReference(context.Background(), index("/a", fine)); err != nil || len(services) != 2 {
		t.Errorf("the good one: %d services, %v", len(services), err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestReferenceInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			io.WriteString(w, `[{"service":"a","url":"/a"}]`)
			return
		}
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	for _, source := range []string{server.URL, referenceFolder} {
		if _, err := ReadReference(ctx, source); !errors.Is(err, ErrInterrupted) {
			t.Errorf("%s: error %v", source, err)
		}
	}
}
