package parquet

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// testSchema has every kind of column in every variant.
var testSchema = newSchema("test",
	Column{Name: "dict", Kind: Dict},
	Column{Name: "dict_raw", Kind: Dict, Raw: true},
	Column{Name: "dict_required", Kind: Dict, Required: true},
	Column{Name: "dict_null", Kind: Dict},
	Column{Name: "text", Kind: Text},
	Column{Name: "text_raw", Kind: Text, Raw: true},
	Column{Name: "text_required", Kind: Text, Required: true},
	Column{Name: "text_null", Kind: Text},
	Column{Name: "time", Kind: Timestamp},
	Column{Name: "time_required", Kind: Timestamp, Required: true},
	Column{Name: "bool", Kind: Bool},
	Column{Name: "bool_null", Kind: Bool},
	Column{Name: "int32", Kind: Int32},
	Column{Name: "int64", Kind: Int64},
	Column{Name: "date", Kind: Date},
	Column{Name: "date_null", Kind: Date},
	Column{Name: "list", Kind: TextList},
	Column{Name: "list_null", Kind: TextList},
)

var testTexts = []string{
	"", "a", "b", "\x00", "a\x00b", "ä", "日本語", "\U0001f511", `{"a":"b\u0000"}`, " ", "\n", "\u202e",
	"arn:aws:iam::111111111111:role/reader", strings.Repeat("x", 256), strings.Repeat("y", 257), strings.Repeat("ÿ", 400),
}

func randomText(rng *rand.Rand) string {
	switch rng.IntN(200) {
	case 0:
		return strings.Repeat(testTexts[rng.IntN(len(testTexts))], rng.IntN(100)) // up to 80 kB
	case 1, 2, 3:
		return time.Unix(rng.Int64N(1<<33), rng.Int64()).String()
	}
	return testTexts[rng.IntN(len(testTexts))]
}

// randomRows makes n rows in which every column has its share of NULLs; name_null
// columns hold nothing else.
func randomRows(rng *rand.Rand, s *Schema, n int) [][]any {
	rows := make([][]any, n)
	shares := make([]float64, len(s.Columns)) // of NULLs
	for i, c := range s.Columns {
		shares[i] = []float64{0, 0, 0.1, 0.5, 0.99, 1}[rng.IntN(6)]
		if strings.HasSuffix(c.Name, "_null") {
			shares[i] = 1
		} else if c.Required {
			shares[i] = 0
		}
	}
	for r := range rows {
		rows[r] = make([]any, len(s.Columns))
		for i, c := range s.Columns {
			if rng.Float64() >= shares[i] {
				rows[r][i] = randomCell(rng, c.Kind)
			}
		}
	}
	return rows
}

func randomCell(rng *rand.Rand, kind Kind) any {
	switch kind {
	case Timestamp:
		return time.UnixMicro(rng.Int64N(4e15) - 1e15).UTC()
	case Date:
		return time.Unix((rng.Int64N(60000)-20000)*86400, 0).UTC()
	case Bool:
		return rng.IntN(2) == 0
	case Int32:
		return int64(int32(rng.Uint32()))
	case Int64:
		return int64(rng.Uint64())
	case TextList:
		list := make([]string, rng.IntN(4))
		for i := range list {
			list[i] = randomText(rng)
		}
		return list
	}
	return randomText(rng)
}

// writeRows writes the groups of rows as one file and returns its path.
func writeRows(t testing.TB, s *Schema, meta map[string]string, groups ...[][]any) string {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range groups {
		if err := buildGroup(s, group).Flush(w); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(meta); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.parquet")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func buildGroup(s *Schema, rows [][]any) *Builder {
	b := NewBuilder(s)
	for _, row := range rows {
		if err := b.Append(row...); err != nil {
			panic(err)
		}
	}
	return b
}
