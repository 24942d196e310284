package pipeline_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"

	"github.com/apache/arrow/go/v17/parquet/file"
)

// TestRowGroupsOfAssumptions: many assumptions stand in a row group of their own,
// the first one, by the role assumed; a few stay with the others, before them.
func TestRowGroupsOfAssumptions(t *testing.T) {
	const others = 300
	for _, test := range []struct {
		assumptions int
		want        []group
	}{
		{0, []group{{others, others}}},
		{255, []group{{255 + others, others}}},
		{256, []group{{256, 0}, {others, others}}},
	} {
		dir, lakeDir := t.TempDir(), filepath.Join(t.TempDir(), "lake")
		var records []string
		for i := range max(others, test.assumptions) {
			if i < others {
				records = append(records, record(i))
			}
			if i < test.assumptions {
				records = append(records, assumption(others+i))
			}
		}
		write(t, dir, "a.json", trail(records...))
		ingest(t, lakeDir, pipeline.Options{Workers: 1}, dir)
		path := onlyEventsFile(t, lakeDir)
		if got := groupsOf(t, path); !slices.Equal(got, test.want) {
			t.Errorf("%d assumptions: row groups %v, want %v", test.assumptions, got, test.want)
		}
		rows, _, err := parquet.ReadRows(path, parquet.EventsSchema)
		if err != nil {
			t.Fatal(err)
		}
		var roles []string
		for i, row := range rows {
			if role, is := row[parquet.ColAssumedRoleARN].(string); is {
				roles = append(roles, role)
			}
			if is := row[parquet.ColCallerKind] != nil; is != (i < test.assumptions) {
				t.Fatalf("row %d of %d assumptions is in the wrong place", i, test.assumptions)
			}
		}
		if len(roles) != test.assumptions || !slices.IsSorted(roles) {
			t.Errorf("%d assumed roles of %d, or not in order: %q", len(roles), test.assumptions, roles)
		}
	}
}

// assumption is a record of one of seven roles being assumed.
func assumption(id int) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"lambda.amazonaws.com"},"eventTime":"2026-07-10T11:42:05Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","requestParameters":{"roleArn":"arn:aws:iam::111111111111:role/r%d"},"eventID":"00000000-0000-0000-0000-%012d","recipientAccountId":"111111111111"}`, id%7, id)
}

// group is a row group: its rows, and how many of them the statistics say have no
// caller_kind.
type group struct{ rows, nulls int }

func groupsOf(t *testing.T, path string) (groups []group) {
	t.Helper()
	r, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for i := range r.NumRowGroups() {
		meta := r.MetaData().RowGroup(i)
		column, err := meta.ColumnChunk(r.MetaData().Schema.ColumnIndexByName("caller_kind"))
		if err != nil {
			t.Fatal(err)
		}
		statistics, err := column.Statistics()
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, group{int(meta.NumRows()), int(statistics.NullCount())})
	}
	return groups
}

func onlyEventsFile(t *testing.T, lake string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(lake, "events", "*", "*.parquet"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	return files[0]
}

// textBounds are the least and the greatest text of a row group by its statistics.
type textBounds struct {
	has         bool
	least, most string
}

func boundsOf(t *testing.T, path, column string) (all []textBounds) {
	t.Helper()
	r, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for i := range r.NumRowGroups() {
		chunk, err := r.MetaData().RowGroup(i).ColumnChunk(r.MetaData().Schema.ColumnIndexByName(column))
		if err != nil {
			t.Fatal(err)
		}
		statistics, err := chunk.Statistics()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, textBounds{statistics.HasMinMax(), string(statistics.EncodeMin()), string(statistics.EncodeMax())})
	}
	return all
}
