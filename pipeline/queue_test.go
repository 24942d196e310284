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
)

// TestNameList keeps names that begin alike, or not at all, and gives them back by number
// and one after another.
func TestNameList(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	var want []string
	var list nameList
	for i := range 1000 {
		name := strings.Repeat("AWSLogs/é/", rng.IntN(30)) + fmt.Sprint(rng.IntN(50))
		switch i % 7 {
		case 0:
			name = ""
		case 1:
			name = want[i-1] // the same again
		case 2:
			name = want[i-1] + "/more"
		}
		want = append(want, name)
		list.add(name)
	}
	for i, name := range list.all() {
		if name != want[i] {
			t.Fatalf("name %d is %q, not %q", i, name, want[i])
		}
	}
	for range 3000 {
		if n := rng.IntN(len(want)); list.at(n) != want[n] {
			t.Fatalf("name %d is %q, not %q", n, list.at(n), want[n])
		}
	}
}

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
