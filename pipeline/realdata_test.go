package pipeline_test

import (
	"os"
	"path/filepath"
	"slices"
	"sort"
	"testing"

	"roletrail/pipeline"
)

const realData = "../../shared/realdata"

// TestRealFolders ingests every folder of real records twice. The balance must
// hold, every row must rebuild its record, and the second run must add nothing.
func TestRealFolders(t *testing.T) {
	folders, err := os.ReadDir(realData)
	if err != nil {
		t.Skip("no real records beside the project")
	}
	checked := 0
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		t.Run(folder.Name(), func(t *testing.T) {
			source := filepath.Join(realData, folder.Name())
			want := readOracle(t, source)
			lake := filepath.Join(t.TempDir(), "lake")
			summary := ingest(t, lake, pipeline.Options{Workers: 1}, source)

			if got := int(summary.Records.Total); got != want.read {
				t.Errorf("read %d records, want %d", got, want.read)
			}
			if got := int(summary.Records.Quarantined); got != want.bad {
				t.Errorf("quarantined %d records, want %d", got, want.bad)
			}
			if got := int(summary.Objects.Quarantined); got != len(want.refused) {
				t.Errorf("quarantined %d objects, want %d: %v", got, len(want.refused), want.refused)
			}
			first := rebuilt(t, lake)
			compare(t, first, texts(want.records))
			checked += len(first)

			again := ingest(t, lake, pipeline.Options{}, source)
			if again.Records.Written != 0 || again.Files != 0 || again.Objects.Ingested != 0 {
				t.Errorf("the second run wrote something:\n%s", again)
			}
			if after := rebuilt(t, lake); !slices.Equal(first, after) {
				t.Error("the second run changed the lake")
			}
		})
	}
	if checked < 3900 {
		t.Errorf("only %d records were compared", checked)
	}
}

func texts(records []map[string]any) []string {
	out := make([]string, len(records))
	for i, record := range records {
		out[i] = canonical(record)
	}
	sort.Strings(out)
	return out
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	t.Errorf("%d records, want %d", len(got), len(want))
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("first difference:\n got %.1500s\nwant %.1500s", got[i], want[i])
		}
	}
}
