package parquet

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"
)

// TestAlter changes files without reading their rows. They must be byte for byte those that
// are written from changed rows, with the statistics of these.
func TestAlter(t *testing.T) {
	defer func(size int) { pageSize = size }(pageSize)
	by := Alteration{
		Texts: func(column int) func([]byte) {
			if testSchema.Columns[column].Name == "text" {
				return nil // which is copied
			}
			return turn
		},
		Added: func(column int) int64 { return int64(7 * (column % 2)) },
	}
	for seed := range uint64(20) {
		pageSize = []int{1 << 20, 4096}[seed%2]
		rng := rand.New(rand.NewPCG(seed, 2))
		var groups [][][]any
		for range 1 + rng.IntN(3) {
			groups = append(groups, randomRows(rng, testSchema, 1+rng.IntN(3000)))
		}
		path := writeRows(t, testSchema, map[string]string{"sources": "a\nb"}, groups...)
		for name, by := range map[string]Alteration{
			"nothing": {Texts: func(int) func([]byte) { return nil }, Added: func(int) int64 { return 0 }},
			"all":     by,
		} {
			var got bytes.Buffer
			rows, err := Alter(path, testSchema, &got, by)
			if err != nil {
				t.Fatal(err)
			}
			want := byRows(t, path, by)
			if rows == 0 || !bytes.Equal(got.Bytes(), want) {
				t.Errorf("seed %d, %s: %d rows in %d bytes, and from rows they are %d", seed, name, rows, got.Len(), len(want))
			}
		}
	}
}

// turn makes of a text another one.
func turn(text []byte) {
	for i := range text {
		text[i] ^= 1
	}
}

// byRows is the file that is written from its changed rows.
func byRows(t *testing.T, path string, by Alteration) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, testSchema)
	if err != nil {
		t.Fatal(err)
	}
	gather := NewGather(testSchema)
	err = EachGroup(path, testSchema, func(g *Group) error {
		places := make([]int32, g.Rows())
		for i := range places {
			places[i] = int32(i)
		}
		gather.Begin(g.Rows())
		if err := gather.Take(g, places); err != nil {
			return err
		}
		columns := gather.Columns()
		for i := range columns {
			for n := range columns[i].Int64 {
				columns[i].Int64[n] += by.Added(i)
			}
			if text := by.Texts(i); text != nil {
				for _, value := range columns[i].Dict {
					text(value)
				}
				for _, value := range columns[i].Bytes {
					text(value)
				}
			}
		}
		return w.WriteRowGroup(g.Rows(), columns)
	})
	if err != nil {
		t.Fatal(err)
	}
	meta, err := Metadata(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(meta); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestAlterRefusesDamage: a header, a level or a value that is cut is no panic.
func TestAlterRefusesDamage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	path := writeRows(t, testSchema, nil, randomRows(rng, testSchema, 500))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for range 300 {
		damaged := bytes.Clone(whole)
		damaged[4+rng.IntN(len(damaged)-8)] ^= byte(1 + rng.IntN(255))
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Alter(path, testSchema, &bytes.Buffer{}, Alteration{Texts: func(int) func([]byte) { return turn }, Added: func(int) int64 { return 1 }}); err != nil {
			failed++
		}
	}
	if failed == 0 {
		t.Error("no damage was noticed")
	}
}
