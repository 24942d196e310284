package queries

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// corrector puts events into a world that others of it correct, and addenda that correct
// nothing: no answer may be another one for that.
type corrector struct {
	*rand.Rand
	events []event
	made   int
	kinds  map[string]int
}

func addendum(reason, original string) *string {
	return ptr(fmt.Sprintf(`{"reason":%q,"updatedFields":"responseElements","originalRequestID":"r","originalEventID":%q}`, reason, original))
}

// original adds an event as it was before a correction: what another event of the account says, at
// some time of its, under a new id.
func (c *corrector) original(of event, like []event) event {
	e := like[c.IntN(len(like))]
	c.made++
	e.EventID, e.Recipient, e.Addendum = fmt.Sprintf("x%05d", c.made), of.Recipient, nil
	if c.IntN(2) == 0 {
		e.EventTime = of.EventTime // else of another day
	}
	return e
}

// correct lets some events of a world be corrections.
func (c *corrector) correct(w world) world {
	like := w.events
	w.events = slices.Clone(w.events)
	ids := map[string]int{}
	for _, e := range w.events {
		ids[e.EventID]++
	}
	for i := range w.events {
		e := &w.events[i]
		if ids[e.EventID] > 1 {
			continue // another account has it, too
		}
		first := c.original(*e, like)
		switch c.IntN(8) {
		case 0:
			c.kinds["an event"]++
			e.Addendum = addendum("UPDATED_DATA", first.EventID)
			c.events = append(c.events, first)
		case 1:
			c.kinds["an event that was corrected twice"]++
			second := c.original(*e, like)
			second.EventID = "a" + second.EventID // before all others of its time
			second.EventTime = e.EventTime.Add(-time.Duration(c.IntN(2)) * time.Hour)
			e.Addendum, second.Addendum = addendum("UPDATED_DATA", first.EventID), addendum("UPDATED_DATA", first.EventID)
			c.events = append(c.events, first, second)
		case 2:
			c.kinds["a correction"]++
			second := c.original(*e, like)
			second.EventID = "a" + second.EventID
			second.EventTime = e.EventTime.Add(-time.Duration(c.IntN(2)) * time.Hour)
			e.Addendum, second.Addendum = addendum("UPDATED_DATA", second.EventID), addendum("UPDATED_DATA", first.EventID)
			c.events = append(c.events, first, second)
		case 3:
			c.kinds["an event that is not there"]++
			e.Addendum = addendum("UPDATED_DATA", first.EventID)
		case 4:
			c.kinds["itself"]++
			e.Addendum = addendum("UPDATED_DATA", e.EventID)
		case 5:
			c.kinds["an event that is only late"]++
			e.Addendum = addendum([]string{"DELIVERY_DELAY", "SERVICE_OUTAGE", "updated_data"}[c.IntN(3)], like[c.IntN(len(like))].EventID)
		case 6:
			other := like[c.IntN(len(like))]
			if e.Recipient != nil && other.Recipient != nil && *e.Recipient != *other.Recipient && ids[other.EventID] == 1 {
				c.kinds["an event of another account"]++
				e.Addendum = addendum("UPDATED_DATA", other.EventID)
			}
		default:
			e.Addendum = []*string{nil, ptr("false"), ptr(`{"reason":"UPDATED_DATA"}`), ptr(`{"originalEventID":7}`)}[c.IntN(4)]
		}
	}
	w.events = append(w.events, c.events...)
	return w
}

// TestCorrectedEventsCountOnce: a lake in which events were corrected answers like one that
// has the corrections alone.
func TestCorrectedEventsCountOnce(t *testing.T) {
	for _, b := range batches()[1:2] {
		c := &corrector{Rand: rand.New(rand.NewPCG(b.seed, 19)), kinds: map[string]int{}}
		w := b.grantedWorld(120)
		p := Params{Since: b.since, Until: b.until, ThinCoverage: b.thin}
		corrected := c.correct(w)
		want := answersOf(t, w, p)
		if got := answersOf(t, corrected, p); !reflect.DeepEqual(got, want) {
			for name := range want {
				if !reflect.DeepEqual(got[name], want[name]) {
					t.Errorf("%s answers %d rows, want %d, or others", name, len(got[name]), len(want[name]))
				}
			}
		}
		for i := range corrected.events {
			corrected.events[i].Addendum = nil
		}
		same := 0
		for name, got := range answersOf(t, corrected, p) {
			if reflect.DeepEqual(got, want[name]) {
				same++
			}
		}
		if t.Log(c.kinds); same > 0 || len(c.kinds) < 7 {
			t.Errorf("%d questions have the same answer without addenda, so that nothing was tested", same)
		}
	}
}

func answersOf(t *testing.T, w world, p Params) map[string][][]any {
	t.Helper()
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
	answers := map[string][][]any{}
	for _, name := range []string{"last_used", "unused", "unused_summary", "unexpected"} {
		rows, err := e.Run(t.Context(), name, p)
		answers[name] = all(t, rows, err)
	}
	for _, view := range []string{"events", "role_use", "assumptions", "sessions"} {
		rows, err := e.SQL(t.Context(), "select count(*) from "+view)
		answers[view] = all(t, rows, err)
	}
	return answers
}

// TestCorrectionsCannotTakeEachOtherAway: of two corrections that name each other one
// stays.
func TestCorrectionsCannotTakeEachOtherAway(t *testing.T) {
	at := time.Date(2026, 7, 3, 0, 0, 0, 0, time.UTC)
	one := event{EventID: "1", EventTime: at, EventSource: "s3.amazonaws.com", EventName: "GetObject", Recipient: ptr("111111111111"), Outcome: "success", Addendum: addendum("UPDATED_DATA", "2")}
	two := one
	two.EventID, two.Addendum = "2", addendum("UPDATED_DATA", "1")
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), world{events: []event{one, two}}), Options{})
	rows, err := e.SQL(t.Context(), "select event_id from events")
	if got := all(t, rows, err); len(got) != 1 || got[0][0] != "2" {
		t.Errorf("events are %v", got)
	}
}
