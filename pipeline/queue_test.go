package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// TestQueue reads objects by delivery day and then by name, however they were listed.
func TestQueue(t *testing.T) {
	var names []string
	for day := range 3 {
		for i := range 40 {
			names = append(names, fmt.Sprintf("/logs/%d/1_CloudTrail_eu-west-1_2026070%dT0000Z_%02d.json.gz", i%4, day+1, i))
		}
	}
	names = append(names, "/logs/9/no day", "/logs/1/no day")
	want := slices.SortedFunc(slices.Values(names), func(a, b string) int {
		return strings.Compare(deliveryDay(a)+a, deliveryDay(b)+b)
	})
	rng := rand.New(rand.NewPCG(1, 1))
	for round := range 10 {
		var q queue
		for _, name := range names {
			q.add(Object{Name: name, Size: int64(len(name)), Modified: int64(len(name) + 1), Open: func() (io.ReadCloser, error) { return nil, errors.New(name) }})
		}
		q.sort()
		if q.len() != len(want) {
			t.Fatalf("%d objects of %d", q.len(), len(want))
		}
		for i, name := range want {
			o := q.object(i)
			_, err := o.Open()
			if o.Name != name || o.Size != int64(len(name)) || o.Modified != o.Size+1 || err == nil || err.Error() != name {
				t.Fatalf("round %d: object %d is %+v (%v), not %q", round, i, o, err, name)
			}
		}
		rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	}
}

// TestReadOver reads what is there, to one byte beyond what was said to be.
func TestReadOver(t *testing.T) {
	for _, test := range []struct{ there, said, want int }{{0, 0, 0}, {1, 0, 1}, {5, 5, 5}, {6, 5, 6}, {4, 5, 4}, {70, 5, 6}} {
		text := bytes.Repeat([]byte("x"), test.there)
		for name, r := range map[string]io.Reader{"whole": bytes.NewReader(text), "end with bytes": iotest.DataErrReader(bytes.NewReader(text))} {
			if n, err := readOver(r, make([]byte, test.said+1)); n != test.want || err != nil {
				t.Errorf("%s: %d bytes of %d, %v; want %d", name, n, test.there, err, test.want)
			}
		}
	}
	if n, err := readOver(iotest.OneByteReader(strings.NewReader("12345")), make([]byte, 6)); n != 5 || err != nil {
		t.Errorf("byte by byte: %d, %v", n, err)
	}
	broken := errors.New("broken")
	if _, err := readOver(io.MultiReader(strings.NewReader("1"), iotest.ErrReader(broken)), make([]byte, 6)); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if _, err := readOver(silent{}, make([]byte, 6)); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("of a reader that gives nothing: %v", err)
	}
}

// silent never has anything to say.
type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

// TestLongQueueLeavesLessToEpochs: what waits and what an epoch holds together stay within
// what an epoch may hold alone, as far as that leaves it something.
func TestLongQueueLeavesLessToEpochs(t *testing.T) {
	for _, c := range []struct{ held, queue, want int64 }{
		{56 << 20, 0, 56 << 20}, {56 << 20, 10 << 20, 46 << 20}, {56 << 20, 40 << 20, leastHeld}, {56 << 20, 1 << 30, leastHeld}, {1 << 20, 1 << 30, 1 << 20}, {1 << 20, 10, 1 << 20},
	} {
		b := bounds{held: c.held}
		if b.beside(c.queue); b.held != c.want {
			t.Errorf("of %d beside %d an epoch may hold %d, want %d", c.held, c.queue, b.held, c.want)
		}
	}
}

// TestEventsFrom: the names of objects tell until which day their events are rare.
func TestEventsFrom(t *testing.T) {
	var q queue
	for _, name := range []string{"/b_CloudTrail_us-east-1_20260302T0005Z_x.json.gz", "/a_CloudTrail_us-east-1_20260301T2355Z_x.json.gz", "/other.json", "/c_20260399T0000Z_x"} {
		q.add(Object{Name: name, isFile: true})
	}
	q.sort()
	march := dayOf(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixMicro())
	want := map[string]int32{"/other.json": firstDay, "/a_CloudTrail_us-east-1_20260301T2355Z_x.json.gz": march - 1, "/b_CloudTrail_us-east-1_20260302T0005Z_x.json.gz": march, "/c_20260399T0000Z_x": firstDay}
	for place := range q.len() {
		name := q.object(place).Name
		if got := q.eventsFrom(place); got != want[name] {
			t.Errorf("%s: day %d, want %d", name, got, want[name])
		}
	}
	if got := q.eventsFrom(q.len()); got != firstDay {
		t.Errorf("at the end: day %d", got)
	}
}
