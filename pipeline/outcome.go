package pipeline

import "roletrail/cloudtrail"

// status is what became of an object.
type status string

const (
	ingested    status = "ingested"
	skipped     status = "skipped"
	quarantined status = "quarantined"
)

// outcome is what became of one object and of its records.
type outcome struct {
	object     *Object
	status     status
	reason     string // why it was skipped or quarantined
	records    int64  // of the family that is use, bad ones included
	written    int64
	duplicate  int64
	inflated   int64
	effort     int64 // bytes inflated in all passes, also of what was refused
	quarantine []Quarantined
	claimed    bool // that events are new was found out of some
	families   familyCounts
	coverage   []coveredRow
}

// wholeObject is 1 if the object as a whole was quarantined, whose entry counts
// as no record.
func (o *outcome) wholeObject() int64 {
	if o.status == quarantined {
		return 1
	}
	return 0
}

// read is how many records were read, of every family and bad ones included.
func (o *outcome) read() int64 {
	read := int64(len(o.quarantine)) - o.wholeObject()
	for _, records := range o.families.records {
		read += records
	}
	return read
}

// familyCounts counts an object's records by log family. An object may be of a
// family without holding records of it.
type familyCounts struct {
	records [cloudtrail.NumFamilies]int64
	seen    [cloudtrail.NumFamilies]bool
}

func (c *familyCounts) add(f cloudtrail.Family, records int64) {
	c.records[f] += records
	c.seen[f] = true
}

// first is the first family that was seen, which is the one that is use if that
// was; ok is false if none was.
func (c *familyCounts) first() (f cloudtrail.Family, ok bool) {
	for f := range cloudtrail.NumFamilies {
		if c.seen[f] {
			return f, true
		}
	}
	return 0, false
}
