package pipeline

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestObjectList keeps objects whose names begin and end alike, or not at all, and gives
// them back by number and one after another.
func TestObjectList(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	var want []listedObject
	var list objectList
	for i := range 5000 {
		o := listedObject{strings.Repeat("AWSLogs/é/", rng.IntN(30)) + fmt.Sprint(rng.IntN(50)) + strings.Repeat(".json", rng.IntN(3)), objectState{rng.Int64() >> rng.IntN(60), rng.Int64() >> rng.IntN(60)}}
		switch i % 9 {
		case 0:
			o.name = ""
		case 1:
			o.name = want[i-1].name // the same again
		case 2:
			o.name = want[i-1].name + "/more"
		case 3:
			o.name = "more/" + want[i-1].name
		case 4:
			o.name = want[i-1].name + want[i-1].name
		case 5:
			o.size, o.modified = 0, -o.modified
		case 6:
			if i%900 == 6 {
				o.name = strings.Repeat("x", chunkSize+rng.IntN(100))
			}
		}
		want = append(want, o)
		list.add(o)
	}
	for i, name := range list.names() {
		if name != want[i].name {
			t.Fatalf("name %d is %q, not %q", i, name, want[i].name)
		}
	}
	for range 3000 {
		if n := rng.IntN(len(want)); list.at(n) != want[n] {
			t.Fatalf("object %d is %+v, not %+v", n, list.at(n), want[n])
		}
	}
	if len(list.chunks) < 4 {
		t.Errorf("%d chunks are too few to tell", len(list.chunks))
	}
}

// TestObjectListIsSmall counts what the files of a large trail take: of a name only the end of
// its time and the sixteen characters that AWS draws, of the rest some ten bytes.
func TestObjectListIsSmall(t *testing.T) {
	const objects = 100_000
	rng := rand.New(rand.NewPCG(3, 2))
	at := time.Date(2026, 7, 10, 0, 0, 0, 0, time.UTC)
	var list objectList
	for range objects {
		at = at.Add(time.Duration(rng.Int64N(int64(2 * time.Second))))
		drawn := make([]byte, 16)
		for i := range drawn {
			drawn[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[rng.IntN(62)]
		}
		list.add(listedObject{at.Format("/logs/AWSLogs/111111111111/CloudTrail/eu-west-1/2006/01/02/111111111111_CloudTrail_eu-west-1_20060102T1504Z_") + string(drawn) + ".json.gz", objectState{300 + rng.Int64N(5000), at.UnixNano()}})
	}
	each := float64(list.bytes()) / objects
	if t.Logf("%.1f bytes for each object", each); each > 45 {
		t.Error("that is more than 45")
	}
}
