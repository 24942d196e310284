package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/parquet"
)

// listOf is a source of texts by their names.
type listOf map[string]string

func (l listOf) List(_ context.Context, fn func(Object) error) error {
	for name, text := range l {
		o := Object{Name: name, Size: int64(len(text)), Modified: 1, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
		if err := fn(o); err != nil {
			return err
		}
	}
	return nil
}

func oneEvent(id int) string {
	return fmt.Sprintf(`{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":"111111111111"}]}`, id)
}

// TestKnownBetweenRuns: a run goes by what the one before it left, as long as that is so, and else by
// the ledger.
func TestKnownBetweenRuns(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	run := func(known *Known, ctx context.Context, source Source, want string) {
		t.Helper()
		lake, err := parquet.CreateLake(dir)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Ingest(ctx, lake, []Source{source}, Options{Known: known})
		if ctx.Err() != nil && errors.Is(err, ErrInterrupted) {
			err = nil
		}
		if err := errors.Join(err, lake.Close()); err != nil || !strings.Contains(s.String(), want) {
			t.Fatalf("%v, want %q\n%s", err, want, s)
		}
	}
	ctx := t.Context()
	var kept Known
	logs := listOf{"a": oneEvent(1), "b": oneEvent(2)}
	run(&kept, ctx, logs, "objects 2 = ingested 2 + already 0")
	table := kept.table
	run(&kept, ctx, logs, "ingested 0 + already 2")
	logs["c"] = oneEvent(3)
	run(&kept, ctx, logs, "ingested 1 + already 2")
	run(&kept, ctx, logs, "ingested 0 + already 3")
	if kept.table != table || table == nil {
		t.Error("it was made anew although nobody else wrote")
	}
	logs["d"] = oneEvent(4)
	run(nil, ctx, logs, "ingested 1 + already 3") // another process
	run(&kept, ctx, logs, "ingested 0 + already 4")
	if kept.table == table {
		t.Error("it holds although somebody else wrote")
	}
	logs["bad"] = `{"Rec`
	run(&kept, ctx, logs, "ingested 0 + already 4 + skipped 0 + quarantined 1")
	run(&kept, ctx, logs, "ingested 0 + already 4 + skipped 0 + quarantined 1")
	logs["bad"] = oneEvent(5)
	run(&kept, ctx, logs, "ingested 1 + already 4")
	stopped, stop := context.WithCancel(ctx)
	stop()
	logs["e"] = oneEvent(6)
	run(&kept, stopped, logs, "objects ")
	run(&kept, ctx, logs, "ingested 1 + already 5")
	run(&kept, ctx, logs, "ingested 0 + already 6")
}
