package pipeline

import "roletrail/cloudtrail"

// forgetLimited takes objects out of the known ones of which a record was set aside
// by a limit that is another one now. They are read again: that record may be a row
// today, all others are duplicates.
func (r *run) forgetLimited() error {
	today := r.options.Limits.Records.DepthReason()
	return r.lake.Ledger().RecordReasons(cloudtrail.LimitReason, func(object, reason string) error {
		if reason != today {
			delete(r.known, hashName(object))
		}
		return nil
	})
}
