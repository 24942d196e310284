package pipeline_test

import (
	"maps"
	"slices"
	"testing"

	"roletrail/pipeline"
)

// TestWhatAnObjectIs: its name and tag, and where it has no tag its size and time; the same makes the same files, and
// what differs in any of them makes others, so that what replaced an object is taken too.
func TestWhatAnObjectIs(t *testing.T) {
	store, d, _ := delivered(t)
	content := eventsOn(1)
	of := func(name, tag, spaces string, modified int64) pipeline.Object {
		o := objectOf(name, content+spaces)
		o.Tag, o.Modified = tag, modified
		return o
	}
	for n, o := range []pipeline.Object{
		of("s3://trails/ab", "c", "", 1), of("s3://trails/a", "bc", "", 1), of("s3://trails/ab", "d", "", 1),
		of("/logs/a", "", "", 1), of("/logs/a", "", "", 2), of("/logs/a", "", " ", 1), of("/logs/b", "", "", 1),
	} {
		for range 2 {
			if _, err := d.Deliver(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		if want := 2 * (n + 1); len(store.objects) != want { // events and coverage
			t.Errorf("after %d objects there are %d files, want %d: %q", n+1, len(store.objects), want, slices.Sorted(maps.Keys(store.objects)))
		}
	}
	again := of("s3://trails/ab", "c", "", 99) // when it was put does not matter where its tag tells
	if _, err := d.Deliver(t.Context(), again); err != nil || len(store.objects) != 14 {
		t.Errorf("%v, %d files", err, len(store.objects))
	}
}
