package queries

import (
	"context"
	"testing"
	"time"
)

func ptr[T any](v T) *T { return &v }

func TestSmoke(t *testing.T) {
	w := newWorkshop(t)
	t0 := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	f := w.write(t.TempDir(), world{
		events: []event{{EventID: "e1", EventTime: t0, EventSource: "s3.amazonaws.com", EventName: "ListBuckets", Outcome: "success", RoleID: ptr("AROA1"), RoleARN: ptr("arn:aws:iam::111111111111:role/r"), SessionName: ptr("s"), SessionCreated: ptr(t0)}},
	})
	e := openFiles(t, f, Options{})
	ctx := context.Background()
	rows, err := e.Run(ctx, "last_used", Params{Since: t0.AddDate(0, 0, -10), Until: t0.AddDate(0, 0, 10)})
	t.Log(all(t, rows, err))
	rows, err = e.Run(ctx, "coverage", Params{Since: t0.AddDate(0, 0, -10), Until: t0.AddDate(0, 0, 10)})
	t.Log(all(t, rows, err))
	rows, err = e.Run(ctx, "coverage_gaps", Params{Since: t0.AddDate(0, 0, -10), Until: t0.AddDate(0, 0, 10)})
	t.Log(all(t, rows, err))
	rows, err = e.SQL(ctx, "show tables")
	t.Log(all(t, rows, err))
}
