package queries

import (
	"context"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestKeysAreBroughtTogetherAsOne compares what DuckDB keeps of the keys of sessions, of which it
// takes most as they lie in the lake and the others by parts, with the view.
func TestKeysAreBroughtTogetherAsOne(t *testing.T) {
	text, err := fs.ReadFile(texts, "duckdb/keep_signing_keys.sql")
	if err != nil {
		t.Fatal(err)
	}
	for few, statements := range map[string]string{"few": string(text), "many": strings.ReplaceAll(string(text), "> 400000", "> 0")} {
		t.Run(few, func(t *testing.T) {
			e := openFiles(t, newWorkshop(t).write(t.TempDir(), batches()[0].world(30)), Options{})
			makeSteps(t, e, "signing_keys")
			const ask = "select * from lake.signing_keys order by all"
			want := rowsOf(t, e, ask)
			if err := e.exec(context.Background(), statements); err != nil {
				t.Fatal(err)
			}
			if got := rowsOf(t, e, ask); !reflect.DeepEqual(got, want) {
				t.Errorf("%d keys, want %d: %.500v\nwant %.500v", len(got), len(want), got, want)
			}
			alone, together := rowsOf(t, e, "select count(*) from lake.signing_keys")[0][0].(int64), rowsOf(t, e, "select count(*) from kept.signing_keys")[0][0].(int64)
			parts := rowsOf(t, e, "select distinct part from kept.repeated_keys")
			if alone -= together; alone == 0 || together == 0 || (len(parts) == 4) != (few == "many") {
				t.Errorf("%d keys taken alone, %d together in %d parts: nothing was tested", alone, together, len(parts))
			}
		})
	}
}

// makeSteps makes a step of view sessions and the views that it reads, of which nothing is kept.
func makeSteps(t *testing.T, e *duckEngine, last string) {
	t.Helper()
	late, err := named(lateViews(), last)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range allViews() {
		if slices.Contains(late, name) {
			if err := e.makeView(context.Background(), name, sessionSteps()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func rowsOf(t *testing.T, e *duckEngine, statement string) [][]any {
	t.Helper()
	rows, err := e.query(context.Background(), statement, nil)
	return all(t, rows, err)
}
