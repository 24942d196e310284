package pipeline_test

import (
	"context"
	"sort"
	"testing"

	"roletrail/cloudtrail"
	"roletrail/parquet"
	"roletrail/pipeline"
)

// ingest runs one ingest of the paths into the lake in dir and requires that it
// ends well and balanced.
func ingest(t *testing.T, dir string, o pipeline.Options, paths ...string) *pipeline.Summary {
	t.Helper()
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	var sources []pipeline.Source
	for _, path := range paths {
		sources = append(sources, pipeline.Files{Path: path})
	}
	summary, err := pipeline.Ingest(context.Background(), lake, sources, o)
	if err != nil {
		t.Fatal(err)
	}
	if !summary.Balanced() {
		t.Fatalf("the balance does not hold:\n%s", summary)
	}
	return summary
}

// events reads all events of a lake.
func events(t *testing.T, dir string) []cloudtrail.Row {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.Files("events")
	if err != nil {
		t.Fatal(err)
	}
	var all []cloudtrail.Row
	for _, f := range files {
		rows, _, err := parquet.ReadRows(f.Path, parquet.EventsSchema)
		if err != nil {
			t.Fatal(err)
		}
		for _, cells := range rows {
			row := cloudtrail.Row{}
			for i, cell := range cells {
				if cell != nil {
					row[parquet.EventsSchema.Columns[i].Name] = cell
				}
			}
			all = append(all, row)
		}
	}
	return all
}

// rebuilt is the canonical JSON of all records of a lake, sorted.
func rebuilt(t *testing.T, dir string) []string {
	t.Helper()
	var texts []string
	for _, row := range events(t, dir) {
		record, err := cloudtrail.Rebuild(row)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, canonical(record))
	}
	sort.Strings(texts)
	return texts
}

// content is everything in the rows of a lake but where they came from, sorted.
func content(t *testing.T, dir string) []string {
	t.Helper()
	var texts []string
	for _, row := range events(t, dir) {
		delete(row, "source_object")
		delete(row, "record_index")
		texts = append(texts, canonical(row))
	}
	sort.Strings(texts)
	return texts
}
