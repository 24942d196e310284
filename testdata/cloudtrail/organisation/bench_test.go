package organisation

import "testing"

// BenchmarkCorpus measures making a corpus, files included.
func BenchmarkCorpus(b *testing.B) {
	const events = 100_000
	for b.Loop() {
		if err := Write(b.TempDir(), Options{Events: events, Gzip: true}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkStories measures making the committed organisation.
func BenchmarkStories(b *testing.B) {
	for b.Loop() {
		if _, err := Tree(); err != nil {
			b.Fatal(err)
		}
	}
}
