package pipeline_test

import (
	"context"
	"os"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

// benchEvents is the size of the corpus that benchmarks make for themselves.
const benchEvents = 500_000

// corpusDir is a corpus made by testdata/cloudtrail/generate: the folder that
// ROLETRAIL_CORPUS names, else a temporary one.
func corpusDir(b *testing.B) string {
	if dir := os.Getenv("ROLETRAIL_CORPUS"); dir != "" {
		return dir
	}
	dir := b.TempDir()
	if err := organisation.Write(dir, organisation.Options{Events: benchEvents, Days: 14, Gzip: true}); err != nil {
		b.Fatal(err)
	}
	return dir
}

// BenchmarkIngest is the whole way from gzip files to a committed lake.
func BenchmarkIngest(b *testing.B) {
	dir := corpusDir(b)
	b.ReportAllocs()
	b.ResetTimer()
	var records, inflated int64
	for b.Loop() {
		lake, err := parquet.CreateLake(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		summary, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{pipeline.Files{Path: dir}}, pipeline.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := lake.Close(); err != nil {
			b.Fatal(err)
		}
		records += summary.Records.Written
		inflated += summary.Inflated
	}
	seconds := b.Elapsed().Seconds()
	b.ReportMetric(float64(records)/seconds, "events/s")
	b.ReportMetric(float64(inflated)/1e6/seconds, "MB/s")
}
