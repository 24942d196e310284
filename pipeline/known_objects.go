package pipeline

import (
	"hash/maphash"

	"roletrail/cloudtrail"
)

// Known is which objects a lake has, as one run leaves it to the next one in this process. It holds as
// long as nobody else has written to the lake. The zero value knows nothing.
type Known struct {
	run   string // the last one, after which it holds; empty: it does not
	table *objectTable
}

// loadKnown finds out which objects need not be read.
func (r *run) loadKnown() error {
	newest, err := r.lake.Ledger().NewestRun()
	if err != nil {
		return err
	}
	if kept := r.options.Known; kept != nil {
		valid := kept.run != "" && kept.run == newest
		r.known = kept.table
		*kept = Known{} // until this run has come to its end
		if valid {
			return nil
		}
	}
	r.known = &objectTable{}
	err = r.lake.Ledger().Known(func(name string, size, modifiedNs int64) error {
		r.known.put(hashName(name), hashState(size, modifiedNs))
		return nil
	})
	if err != nil {
		return err
	}
	return r.forgetLimited()
}

// keepKnown leaves to the next run what this one knows: what was there, and what it listed. That is
// so if it has read all of it. What was quarantined is read again, and then the ledger is asked anew.
func (r *run) keepKnown() error {
	if r.options.Known == nil || r.summary.Objects.Quarantined > 0 {
		return nil
	}
	newest, err := r.lake.Ledger().NewestRun()
	*r.options.Known = Known{newest, r.known}
	return err
}

func hashName(name string) uint64 { return maphash.String(keySeed, name) }

func hashState(size, modified int64) uint64 {
	return max(1, maphash.Comparable(keySeed, [2]int64{size, modified})) // 0 is that of none
}

// forgetLimited takes objects out of the known ones of which a record was set aside
// by a limit that is another one now. They are read again: that record may be a row
// today, all others are duplicates.
func (r *run) forgetLimited() error {
	today := r.options.Limits.Records.DepthReason()
	return r.lake.Ledger().RecordReasons(cloudtrail.LimitReason, func(object, reason string) error {
		if reason != today {
			r.known.forget(hashName(object))
		}
		return nil
	})
}
