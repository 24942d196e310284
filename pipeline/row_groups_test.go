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
		if got := groupsOf(t, path, "caller_kind"); !slices.Equal(got, test.want) {
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

// TestRowGroupsOfChanges: many role changes stand in a row group of their own behind the assumptions, or
// with these where both are few; questions about changes pass over the others by their statistics. So it is
// after compaction.
func TestRowGroupsOfChanges(t *testing.T) {
	const others = 600
	for _, test := range []struct {
		assumptions, changes int
		want                 []group // with how many rows that are no change
	}{
		{0, 255, []group{{255 + others, others}}},
		{0, 256, []group{{256, 0}, {others, others}}},
		{10, 246, []group{{256, 10}, {others, others}}},
		{256, 10, []group{{256, 256}, {10 + others, others}}},
		{256, 256, []group{{256, 256}, {256, 0}, {others, others}}},
	} {
		logs, dir := t.TempDir(), filepath.Join(t.TempDir(), "lake")
		var records []string
		for i := range others {
			records = append(records, record(i))
			if i < test.assumptions {
				records = append(records, assumption(others+i))
			}
			if i < test.changes {
				records = append(records, change(2*others+i))
			}
		}
		write(t, logs, "a.json", trail(records...))
		ingest(t, dir, pipeline.Options{Workers: 1}, logs)
		if got := groupsOf(t, onlyEventsFile(t, dir), "change"); !slices.Equal(got, test.want) {
			t.Errorf("%d assumptions, %d changes: row groups %v, want %v", test.assumptions, test.changes, got, test.want)
		}
		if c := compact(t, dir, pipeline.CompactOptions{}); c.Days.Already != 1 {
			t.Errorf("%d assumptions, %d changes: one file in order was not left alone:\n%s", test.assumptions, test.changes, c)
		}
		write(t, logs, "b.json", trail(record(3*others)))
		ingest(t, dir, pipeline.Options{Workers: 1}, logs)
		compact(t, dir, pipeline.CompactOptions{})
		last := len(test.want) - 1
		test.want[last].rows, test.want[last].nulls = test.want[last].rows+1, test.want[last].nulls+1
		if got := groupsOf(t, onlyEventsFile(t, dir), "change"); !slices.Equal(got, test.want) {
			t.Errorf("%d assumptions, %d changes, compact: row groups %v, want %v", test.assumptions, test.changes, got, test.want)
		}
		requireOrder(t, dir)
	}
}

// change is a record of one of seven roles being deleted.
func change(id int) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"Root","principalId":"111111111111","accountId":"111111111111"},"eventTime":"2026-07-10T11:42:05Z","eventSource":"iam.amazonaws.com","eventName":"DeleteRole","requestParameters":{"roleName":"r%d"},"eventID":"00000000-0000-0000-0000-%012d","recipientAccountId":"111111111111"}`, id%7, id)
}

// assumption is a record of one of seven roles being assumed.
func assumption(id int) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"lambda.amazonaws.com"},"eventTime":"2026-07-10T11:42:05Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","requestParameters":{"roleArn":"arn:aws:iam::111111111111:role/r%d"},"eventID":"00000000-0000-0000-0000-%012d","recipientAccountId":"111111111111"}`, id%7, id)
}

// group is a row group: its rows, and how many of them the statistics say have nothing in a
// column.
type group struct{ rows, nulls int }

func groupsOf(t *testing.T, path, name string) (groups []group) {
	t.Helper()
	r, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for i := range r.NumRowGroups() {
		meta := r.MetaData().RowGroup(i)
		column, err := meta.ColumnChunk(r.MetaData().Schema.ColumnIndexByName(name))
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
