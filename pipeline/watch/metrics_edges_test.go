package watch

import (
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// TestOnlyAccountsHaveSeries: what a record calls its account may be anything; a series has what can be one.
func TestOnlyAccountsHaveSeries(t *testing.T) {
	a := newAccounts()
	at := time.Unix(1000, 0)
	a.see(map[string]time.Time{"111111111111": at, "aaaaaaaaaaaa": at, "11111": at, "1111111111111": at, "١١١١١١": at, " 11111111111": at, "": at})
	if _, ok := a.last["111111111111"]; !ok || len(a.last) != 1 || len(a.omitted) != 5 {
		t.Errorf("series of %v, none of %v", a.last, a.omitted)
	}
}

// TestNewestEventStays when an older one comes after it.
func TestNewestEventStays(t *testing.T) {
	a := newAccounts()
	for _, s := range []int64{1000, 3000, 2000} {
		a.see(map[string]time.Time{"111111111111": time.Unix(s, 0)})
	}
	if got := a.last["111111111111"].Unix(); got != 3000 {
		t.Errorf("the newest event is of %d", got)
	}
}

// TestReadyAfterARoundThatIsDone, and after none that failed or found the lake locked.
func TestReadyAfterARoundThatIsDone(t *testing.T) {
	m := NewMetrics(prometheus.NewRegistry())
	for _, err := range []error{parquet.ErrLocked, errors.New("it is broken")} {
		if m.ended(nil, err, time.Second, time.Unix(1, 0)); m.Ready() {
			t.Errorf("ready after %v", err)
		}
	}
	m.ended(nil, nil, time.Second, time.Unix(2, 0))
	m.ended(nil, errors.New("it is broken again"), time.Second, time.Unix(3, 0))
	if !m.Ready() {
		t.Error("not ready after a round that was done")
	}
}

// TestNothingIsPendingAfterARound that did not read all.
func TestNothingIsPendingAfterARound(t *testing.T) {
	m := NewMetrics(prometheus.NewRegistry())
	for _, err := range []error{nil, errors.New("it is broken")} {
		m.progress(pipeline.Progress{Objects: 1, Total: 5})
		if n := testutil.ToFloat64(m.pending); n != 4 {
			t.Errorf("%v are pending", n)
		}
		if m.ended(nil, err, time.Second, time.Unix(1, 0)); testutil.ToFloat64(m.pending) != 0 {
			t.Errorf("after a round that ended with %v something is pending", err)
		}
	}
}

// TestMessagesAreCounted by what became of them.
func TestMessagesAreCounted(t *testing.T) {
	m := NewMetrics(prometheus.NewRegistry())
	m.settled(3, 1)
	m.settled(0, 4)
	if taken, failed := testutil.ToFloat64(m.messages.WithLabelValues("taken")), testutil.ToFloat64(m.messages.WithLabelValues("failed")); taken != 3 || failed != 5 {
		t.Errorf("%v taken, %v failed", taken, failed)
	}
}
