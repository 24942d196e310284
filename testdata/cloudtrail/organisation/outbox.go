package organisation

import "time"

// entry is one encoded record on its way into a log file.
type entry struct {
	at        time.Time
	delivered time.Time
	body      []byte
}

// stream names the log files of one account and Region.
type stream struct{ account, region string }

// outbox collects the records of each stream until the files are laid out.
type outbox struct {
	streams map[stream][]entry
}

// deliveryDelay is how long after the event a record reaches its file (P17:
// about five minutes).
const deliveryDelay = 5 * time.Minute

// put files a record under the account whose log it belongs to.
func (o *outbox) put(a *account, r *record) {
	if o.streams == nil {
		o.streams = map[stream][]entry{}
	}
	e := entry{at: r.at, delivered: r.at.Add(deliveryDelay + r.late), body: r.encode()}
	key := stream{a.id, r.region}
	o.streams[key] = append(o.streams[key], e)
}
