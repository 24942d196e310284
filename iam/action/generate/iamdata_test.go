package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/iam/action"
)

var files = map[string]string{
	"package/package.json": `{"version": "0.0.1", "updatedAt": "2026-09-26T04:46:59.905Z"}`,
	"package/LICENSE.txt":  "MIT License",
	"package/README.md":    "no part of the catalogue",
	"package/data/actions/depot.json": `{
		"listcrates": {"name": "ListCrates", "accessLevel": "List", "resourceTypes": []},
		"opencrate": {"name": "OpenCrate", "accessLevel": "Permissions management, Write", "resourceTypes": [{"name": "crate", "required": true}, {"name": "big crate", "required": false}]}}`,
	"package/data/actions/depot-x.json": `{"zip": {"name": "Zip", "accessLevel": "Tagging, Write", "resourceTypes": []}}`,
}

func tarball(t *testing.T, files map[string]string) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	catalogue, licence := filepath.Join(dir, "c.gz"), filepath.Join(dir, "LICENSE")
	var before []byte
	for range 3 { // the order of the tarball is another every time, the bytes are the same
		if err := write(tarball(t, files), catalogue, licence); err != nil {
			t.Fatal(err)
		}
		packed, err := os.ReadFile(catalogue)
		if err != nil {
			t.Fatal(err)
		}
		if before != nil && !bytes.Equal(before, packed) {
			t.Error("the same package gives other bytes")
		}
		before = packed
	}
	c, err := action.Unpack(before)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"depot-x:Zip", "depot:ListCrates", "depot:OpenCrate"}; !slices.Equal(c.Names(), want) {
		t.Fatalf("actions are %q, not %q", c.Names(), want)
	}
	if a := c.At(2); a.Level != action.Permissions || !slices.Equal(a.ResourceTypes, []string{"crate*", "big crate"}) {
		t.Errorf("OpenCrate is %+v", a)
	}
	if day := time.Date(2026, 9, 26, 0, 0, 0, 0, time.UTC); !c.Date().Equal(day) {
		t.Errorf("its date is %s", c.Date())
	}
	if text, err := os.ReadFile(licence); err != nil || string(text) != "MIT License" {
		t.Errorf("its licence is %q, %v", text, err)
	}
}

func TestUnusablePackages(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"package/LICENSE.txt", "", "lacks its licence"},
		{"package/package.json", `{}`, "lacks its licence, its date"},
		{"package/package.json", `[`, "package/package.json: "},
		{"package/data/actions/depot.json", `{"a": {"name": "A", "accessLevel": "Odd"}}`, `access level "Odd"`},
		{"package/data/actions/depot.json", `{"a": {"name": "A", "accessLevel": "Read", "resourceTypes": [{"name": "b,c"}]}}`, `"b,c"`},
		{"package/data/actions/depot.json", `{"a": {"name": "A B", "accessLevel": "Read"}}`, "not spelled like an action"},
	} {
		changed := map[string]string{}
		for name, text := range files {
			changed[name] = text
		}
		changed[c.file] = c.text
		out := filepath.Join(t.TempDir(), "c.gz")
		if err := write(tarball(t, changed), out, out); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: error %v, want %q", c.file, c.text, err, c.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Error("a file was written all the same")
		}
	}
}
