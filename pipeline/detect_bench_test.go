package pipeline

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"roletrail/cloudtrail"
	"roletrail/iam/action"
	"roletrail/testdata/cloudtrail/organisation"
)

// detectedEvents fill a store. Of the made-up logs they come from every operation is as likely, so that
// one event in thirteen changes a role: far more than anywhere in production.
const detectedEvents = 20_000

// BenchmarkDetect measures what an event takes to be looked at: whether it changes a role, of those that
// do not and of those that do, and whether it is unusual, where all that there is is news.
func BenchmarkDetect(b *testing.B) {
	dir := b.TempDir()
	if err := organisation.Write(dir, organisation.Options{Events: detectedEvents, Days: 14}); err != nil {
		b.Fatal(err)
	}
	texts := textsBelow(b, dir)
	for _, isChange := range []bool{false, true} {
		b.Run(map[bool]string{false: "ordinary", true: "change"}[isChange], func(b *testing.B) {
			var took time.Duration
			events := 0
			for b.Loop() {
				detectAgain(b, texts, func(r *rows, records []cloudtrail.Record, stored []row) {
					begin := time.Now()
					for i := range stored {
						if (stored[i].change >= 0) == isChange {
							outcome := cloudtrail.OutcomeOf(records[i].Text[cloudtrail.ErrorCode], records[i].Text[cloudtrail.ErrorMessage])
							r.changeOf(&records[i], &stored[i], outcome, nil)
							events++
						}
					}
					took += time.Since(begin)
				})
			}
			reportEvents(b, took, events)
		})
	}
	b.Run("unusual", func(b *testing.B) {
		o, store := newObserver(time.Time{}, &Unusual{}), detectAgain(b, texts, nil)
		for b.Loop() {
			o.reset()
			o.look(store)
		}
		reportEvents(b, b.Elapsed(), b.N*len(store.rows))
	})
}

// reportEvents makes an event the operation that is reported.
func reportEvents(b *testing.B, took time.Duration, events int) {
	if events == 0 {
		b.Fatal("no events")
	}
	b.ReportMetric(float64(took.Nanoseconds())/float64(events), "ns/op")
	b.ReportMetric(float64(events)/took.Seconds(), "events/s")
}

// detectAgain stores log files, and after each of them, while its records are at hand as they are when they
// are stored, lets detect look at them once more.
func detectAgain(b *testing.B, texts [][]byte, detect func(*rows, []cloudtrail.Record, []row)) *rows {
	bounds := defaultBounds()
	r, decoder := newRows(&bounds, action.NewMapper(action.Embedded())), cloudtrail.NewDecoder(cloudtrail.Limits{})
	for _, text := range texts {
		doc, err := decoder.Decode(text, cloudtrail.Management)
		if err != nil {
			b.Fatal(err)
		}
		before := len(r.rows)
		for i := range doc.Records {
			r.add(&doc.Records[i], "a log file")
		}
		if detect != nil {
			detect(r, doc.Records, r.rows[before:])
		}
	}
	return r
}

func textsBelow(b *testing.B, dir string) (texts [][]byte) {
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		texts = append(texts, text)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return texts
}
