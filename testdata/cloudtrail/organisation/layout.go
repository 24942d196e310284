package organisation

import (
	"bytes"
	"cmp"
	"slices"
	"time"
)

// logFile is one object as CloudTrail delivers it, before compression.
type logFile struct {
	key     string // S3 key, AWSLogs/…
	family  string
	account string
	region  string
	day     time.Time // delivery folder
	entries []entry
}

// content is the file inflated: one line, as AWS writes it.
func (f *logFile) content() []byte {
	if f.family == "CloudTrail-Digest" {
		return f.entries[0].body
	}
	var out bytes.Buffer
	out.WriteString(`{"Records":[`)
	for i, e := range f.entries {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(e.body)
	}
	out.WriteString("]}")
	return out.Bytes()
}

// logKey is the S3 key of a log file (P15, P17): the date is that of delivery.
// prefix is empty for an account's own trail.
func logKey(prefix, account, family, region string, delivered time.Time, suffix string) string {
	return "AWSLogs/" + prefix + account + "/" + family + "/" + region + delivered.Format("/2006/01/02/") +
		account + "_" + family + "_" + region + "_" + delivered.Format("20060102T1504Z") + "_" + suffix + ".json.gz"
}

// suffix is the unique end of a file name; it depends on what it names only.
func suffix(of string) string { return newDice("file "+of).letters(base62Digits, 16) }

// closing is the last delivery of a day: what arrives later is the next day's.
const closing = 23*time.Hour + 55*time.Minute

// delivery is when the file that holds an entry is delivered: once a day, so
// that the number of files stays small, except for late events, which come in
// a file of their own.
func delivery(e entry) time.Time {
	if e.delivered.Sub(e.at) > time.Hour {
		return e.delivered.Truncate(5 * time.Minute)
	}
	return dayOf(e.delivered.Add(24*time.Hour - closing)).Add(closing)
}

// layOut distributes all records over the organisation trail's files, then adds
// what an account's own trail and a redelivery repeat (P18).
func (o *outbox) layOut() []*logFile {
	var files []*logFile
	for _, s := range o.sortedStreams() {
		files = append(files, layOutStream(s, o.streams[s])...)
	}
	var repeated []*logFile
	for _, f := range files {
		if f.account == "222222222222" && !f.day.Before(day(2026, 7, 6)) && f.day.Before(day(2026, 7, 13)) {
			repeated = append(repeated, f.repeat("", f.day.Add(closing)))
		}
		if f.account == "111111111111" && f.region == homeRegion && f.day.Equal(day(2026, 8, 5)) {
			repeated = append(repeated, f.repeat(organisationID+"/", f.day.Add(24*time.Hour+10*time.Minute)))
		}
	}
	return append(files, repeated...)
}

func (o *outbox) sortedStreams() []stream {
	var all []stream
	for s := range o.streams {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b stream) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.region, b.region))
	})
	return all
}

// layOutStream makes the files of one account and Region, in order of delivery.
func layOutStream(s stream, entries []entry) []*logFile {
	byDelivery := map[time.Time]*logFile{}
	var files []*logFile
	for _, e := range entries {
		when := delivery(e)
		f := byDelivery[when]
		if f == nil {
			key := logKey(organisationID+"/", s.account, "CloudTrail", s.region, when, suffix(s.account+s.region+when.String()))
			f = &logFile{key: key, family: "CloudTrail", account: s.account, region: s.region, day: dayOf(when)}
			byDelivery[when] = f
			files = append(files, f)
		}
		f.entries = append(f.entries, e)
	}
	slices.SortFunc(files, func(a, b *logFile) int { return cmp.Compare(a.key, b.key) })
	for _, f := range files {
		f.shuffle()
	}
	return files
}

// shuffle puts the records into the loose order CloudTrail has: by time, give or
// take some minutes (P17).
func (f *logFile) shuffle() {
	d := newDice("order " + f.key)
	slices.SortStableFunc(f.entries, func(a, b entry) int {
		return cmp.Or(a.at.Compare(b.at), bytes.Compare(a.body, b.body))
	})
	for i := 0; i+1 < len(f.entries); i += 2 {
		if d.chance(300) {
			f.entries[i], f.entries[i+1] = f.entries[i+1], f.entries[i]
		}
	}
}

// repeat is another object with the same records.
func (f *logFile) repeat(prefix string, delivered time.Time) *logFile {
	again := *f
	again.key = logKey(prefix, f.account, f.family, f.region, delivered, suffix("again "+f.key))
	again.day = dayOf(delivered)
	return &again
}
