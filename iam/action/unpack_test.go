package action

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

const packedHead = "roletrail action catalogue 1 2026-09-26\n"

func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUnpackRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "line 1 is not the title",
		"roletrail action catalogue 2 2026\n":  "line 1 is not the title",
		"roletrail action catalogue 1 2026\n":  "is no date",
		packedHead + "s3:GetObject\tR\t":       "line 2 has no end",
		packedHead + "s3:GetObject\tR\n":       "line 2: it has not three parts",
		packedHead + "s3:GetObject\tX\t\n":     `line 2: "X" is no level`,
		packedHead + "s3:GetObject\t\t\n":      `line 2: "" is no level`,
		packedHead + "s3GetObject\tR\t\n":      "not spelled like an action",
		packedHead + "s3:Get Object\tR\t\n":    "not spelled like an action",
		packedHead + "S3:GetObject\tR\t\n":     "not in lower case",
		packedHead + "s3:GetObject\tR\tb\tc\n": "holds the byte 0x9",
		packedHead + "s3:B\tR\t\ns3:a\tR\t\n":  "must be sorted",
		packedHead + "s3:A\tR\t\ns3:a\tR\t\n":  "must be sorted",
		packedHead + "s3:A\tR\t" + strings.Repeat(",", maxResourceTypes) + "\n": "resource types",
		strings.Repeat(" ", maxPacked+1):                                        "more than",
	} {
		if _, err := Unpack(zipped(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: error %v, want %q", text, err, want)
		}
	}
	good := zipped(t, packedHead+"s3:GetObject\tR\tobject*\n")
	if c, err := Unpack(good); err != nil || c.Len() != 1 {
		t.Errorf("a good one: %v", err)
	}
	for n := range good {
		if _, err := Unpack(good[:n]); err == nil {
			t.Errorf("its first %d bytes pass for one", n)
		}
	}
	if _, err := Unpack(append(good, 0)); err == nil {
		t.Error("bytes behind it pass")
	}
}

// FuzzUnpack: a text that is read can be looked up by every name it holds; no
// text panics.
func FuzzUnpack(f *testing.F) {
	f.Add(packedHead + "a:B\tR\tx,y*\nsso-x:A\tW\t\nsso:A\tP\t\n")
	f.Add(packedHead)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Unpack(zipped(t, text))
		if err != nil {
			return
		}
		for i, name := range c.Names() {
			a := c.At(i)
			if j, ok := c.Lookup(a.Service, a.Name); !ok || j != i || !c.HasService(a.Service) {
				t.Fatalf("%q is not found", name)
			}
		}
	})
}

// FuzzUnpackBytes: damaged bytes of a blob are an error, never a panic.
func FuzzUnpackBytes(f *testing.F) {
	f.Add(zipped(f, packedHead+"a:B\tR\tx\n"))
	f.Fuzz(func(t *testing.T, blob []byte) {
		if c, err := Unpack(blob); err == nil && c.Len() != len(c.Names()) {
			t.Fatal("names are missing")
		}
	})
}
