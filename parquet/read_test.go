package parquet

import (
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

func TestReadText(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	first, second := randomRows(rng, testSchema, 2500), randomRows(rng, testSchema, 70)
	want := append(append([][]any{}, first...), second...)
	path := writeRows(t, testSchema, nil, first, second)
	columns := []string{"text_required", "dict", "text"}
	n := 0
	err := ReadText(path, columns, func(row [][]byte) error {
		for i, name := range columns {
			var got any
			if row[i] != nil {
				got = string(row[i])
			}
			if w := want[n][testSchema.Index(name)]; got != w {
				t.Fatalf("row %d: %s is %.99q, want %.99q", n, name, got, w)
			}
		}
		n++
		return nil
	})
	if err != nil || n != len(want) {
		t.Errorf("%d rows, want %d; error %v", n, len(want), err)
	}
}

func TestReadTextErrors(t *testing.T) {
	path := writeRows(t, testSchema, nil, randomRows(rand.New(rand.NewPCG(3, 3)), testSchema, 10))
	stop := errors.New("stop")
	for _, c := range []struct {
		path   string
		column string
		want   string
	}{
		{path, "absent", "no column absent"},
		{path, "int64", "column int64 is INT64 and no text"},
		{path + "x", "text", "no such file"},
		{writeFile(t, nil), "text", "it does not begin with PAR1"},
		{writeFile(t, []byte("PAR1PAR1")), "text", "file too small"},
		{path, "text", "stop"},
	} {
		err := ReadText(c.path, []string{c.column}, func([][]byte) error { return stop })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want %s", err, c.want)
		}
		if c.want != "stop" && !strings.Contains(err.Error(), c.path) {
			t.Errorf("error %v does not name %s", err, c.path)
		}
		if c.want == "stop" && err != stop {
			t.Errorf("the caller's error came back as %v", err)
		}
	}
}

// TestDamagedFile changes and cuts a file in many ways: never a panic, and a cut
// file is always an error.
func TestDamagedFile(t *testing.T) {
	path := writeRows(t, testSchema, map[string]string{"a": "b"}, randomRows(rand.New(rand.NewPCG(4, 4)), testSchema, 300))
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(8, 8))
	noticed := 0
	for i := range 400 {
		damaged := append([]byte{}, content...)
		if i%2 == 0 {
			damaged = damaged[:rng.IntN(len(damaged))]
		} else {
			damaged[rng.IntN(len(damaged))] ^= byte(1 + rng.IntN(255))
		}
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := ReadRows(path, testSchema)
		if err != nil && !strings.Contains(err.Error(), path) {
			t.Fatalf("error does not name the file: %v", err)
		}
		if i%2 == 0 && err == nil {
			t.Fatalf("a file cut to %d of %d bytes is read without an error", len(damaged), len(content))
		}
		if err != nil {
			noticed++
		}
	}
	if noticed < 250 {
		t.Errorf("only %d damages were noticed", noticed)
	}
}
