package parquet

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
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

// TestChangedPages changes single bits of the pages: each page has a checksum, so that no
// other rows are read.
func TestChangedPages(t *testing.T) {
	path := writeRows(t, testSchema, nil, randomRows(rand.New(rand.NewPCG(6, 6)), testSchema, 2000))
	want, _, err := ReadRows(path, testSchema)
	if err != nil {
		t.Fatal(err)
	}
	noticed := 0
	for range ChangedBits(t, path, 200) {
		got, _, err := ReadRows(path, testSchema)
		if err != nil {
			noticed++
		} else if !reflect.DeepEqual(got, want) {
			t.Fatal("other rows are read from a page that was changed")
		}
	}
	if noticed < 190 { // all but those of parts of a page's header that nobody reads
		t.Errorf("%d of 200 changes were noticed", noticed)
	}
}

// TestEachSelected: the selected rows are those that reading all and choosing gives,
// whatever is in them, and of a row group without any nothing else is read.
func TestEachSelected(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	for range 20 {
		groups := [][][]any{randomRows(rng, testSchema, 1+rng.IntN(3000)), randomRows(rng, testSchema, 1+rng.IntN(50))}
		path := writeRows(t, testSchema, nil, groups...)
		letter := testTexts[rng.IntN(len(testTexts))]
		want := func(text any) bool { s, ok := text.(string); return ok && s == letter }
		var all, selected []string
		must(0, EachRow(path, testSchema, func(row []any) error {
			if want(row[testSchema.Index("text")]) {
				all = append(all, fmt.Sprintf("%q", row))
			}
			return nil
		}))
		must(0, EachSelected(path, testSchema, []string{"text"}, func(row [][]byte) (bool, error) { return row[0] != nil && want(string(row[0])), nil }, func(row []any) error {
			selected = append(selected, fmt.Sprintf("%q", row))
			return nil
		}))
		if !slices.Equal(selected, all) {
			t.Fatalf("%d rows were selected, %d are wanted", len(selected), len(all))
		}
	}
	path := writeRows(t, testSchema, nil, randomRows(rng, testSchema, 3))
	stop := errors.New("stop")
	for _, err := range []error{
		EachSelected(path, testSchema, []string{"text"}, func([][]byte) (bool, error) { return false, stop }, nil),
		EachSelected(path, testSchema, []string{"text"}, func([][]byte) (bool, error) { return true, nil }, func([]any) error { return stop }),
	} {
		if err != stop {
			t.Errorf("the caller's error came back as %v", err)
		}
	}
	other := newSchema("other", Column{Name: "nowhere", Kind: Text})
	if err := EachSelected(path, other, []string{"text"}, func([][]byte) (bool, error) { return false, nil }, nil); err != nil {
		t.Errorf("a column is read that nobody needs: %v", err)
	}
}
