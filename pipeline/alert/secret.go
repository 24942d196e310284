package alert

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
)

// Secret is the address of a webhook. It shows itself to nobody: whoever has it may post.
type Secret struct{ address string }

const redacted = "<redacted>"

func (Secret) String() string               { return redacted }
func (Secret) GoString() string             { return redacted }
func (Secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// maxSecret is how long an address may be, in bytes.
const maxSecret = 4096

// ReadSecret reads the address of a webhook from a file, of which it is the only line.
func ReadSecret(path string) (Secret, error) {
	file, err := os.Open(path)
	if err != nil {
		return Secret{}, fmt.Errorf("reading the address of a webhook: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return Secret{}, fmt.Errorf("reading the address of a webhook from %q: %w", path, err)
	}
	s, err := NewSecret(string(text))
	if err != nil {
		return Secret{}, fmt.Errorf("reading the address of a webhook from %q: %w", path, err)
	}
	return s, nil
}

// NewSecret checks an address. Its errors do not show it.
func NewSecret(text string) (Secret, error) {
	text = strings.TrimSpace(text)
	address, err := url.Parse(text)
	switch {
	case err != nil || len(text) > maxSecret || strings.ContainsAny(text, " \t\r\n"):
		return Secret{}, errors.New("it is no address: give the https:// address of the webhook alone, in one line")
	case address.Scheme == "https" && address.Host != "", address.Scheme == "http" && isLoopback(address.Hostname()):
		return Secret{address: text}, nil
	}
	return Secret{}, errors.New("it must begin with https://, or messages could be read on their way")
}

// isLoopback tells the machine itself, where http is good enough.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
