package pipeline

import (
	"encoding/json"
	"fmt"
	"time"

	"roletrail/cloudtrail"
)

// Summary is the balance of a run (design 3). Of both lines the first number is
// the sum of the others.
type Summary struct {
	Objects ObjectCounts `json:"objects"`
	Records RecordCounts `json:"records"`
	// Families counts objects and records by log family.
	Families map[string]FamilyCounts `json:"families"`
	// Skipped counts skipped objects by reason.
	Skipped map[string]int64 `json:"skipped"`
	// Quarantine lists what was quarantined, up to a number.
	Quarantine []Quarantined `json:"quarantine"`
	Files      int           `json:"files"`
	Bytes      int64         `json:"bytes"` // of the files written
	Inflated   int64         `json:"inflated_bytes"`
	Seconds    float64       `json:"seconds"`

	// LastEvents are the newest events that were new to the lake, by account.
	LastEvents map[string]time.Time `json:"-"`

	// RoleChanges counts the changes of roles that were new to the lake.
	RoleChanges RoleChanges `json:"-"`

	// Unusual counts the unusual access that was found.
	Unusual UnusualAccess `json:"-"`

	epochs int // commits that it counts
}

// ObjectCounts add up: Total = Ingested + Already + Skipped + Quarantined.
type ObjectCounts struct {
	Total       int64 `json:"total"`
	Ingested    int64 `json:"ingested"`
	Already     int64 `json:"already"`
	Skipped     int64 `json:"skipped"`
	Quarantined int64 `json:"quarantined"`
}

// RecordCounts are of what the run read, of the family that is use:
// Total = Written + Duplicate + Quarantined.
type RecordCounts struct {
	Total       int64 `json:"total"`
	Written     int64 `json:"written"`
	Duplicate   int64 `json:"duplicate"`
	Quarantined int64 `json:"quarantined"`
}

// FamilyCounts are what a run found of one log family.
type FamilyCounts struct {
	Objects int64 `json:"objects"`
	Records int64 `json:"records"`
}

// Quarantined is one object or record that was set aside.
type Quarantined struct {
	Object string `json:"object"`
	Offset int64  `json:"offset"`
	// Record counts from 0; null means the whole object.
	Record *int   `json:"record"`
	Reason string `json:"reason"`
	// Detail says why there is no hash.
	Detail string `json:"detail,omitempty"`
	// SHA256 is of the record's text, or of an object's stored bytes; empty where
	// these could not be read to their end.
	SHA256 string `json:"sha256"`
}

const quarantineListed = 1000

// Balanced reports whether both lines add up. It is asked at the end of every run:
// a run that cannot account for what it read has failed.
func (s *Summary) Balanced() bool {
	o, r := s.Objects, s.Records
	return o.Total == o.Ingested+o.Already+o.Skipped+o.Quarantined &&
		r.Total == r.Written+r.Duplicate+r.Quarantined
}

// String is the balance in two lines.
func (s *Summary) String() string {
	o, r := s.Objects, s.Records
	return fmt.Sprintf("objects %d = ingested %d + already %d + skipped %d + quarantined %d\n"+
		"records %d = written %d + duplicate %d + quarantined %d",
		o.Total, o.Ingested, o.Already, o.Skipped, o.Quarantined,
		r.Total, r.Written, r.Duplicate, r.Quarantined)
}

// JSON is the summary as a file holds it.
func (s *Summary) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the summary: %w", err)
	}
	return append(text, '\n'), nil
}

func newSummary() *Summary {
	return &Summary{Families: map[string]FamilyCounts{}, Skipped: map[string]int64{}, Quarantine: []Quarantined{}, LastEvents: map[string]time.Time{}, RoleChanges: newRoleChanges(), Unusual: UnusualAccess{Found: newRoleChanges()}}
}

// add counts one finished object.
func (s *Summary) add(o *outcome) {
	switch o.status {
	case ingested:
		s.Objects.Ingested++
	case skipped:
		s.Objects.Skipped++
		s.Skipped[o.reason]++
	case quarantined:
		s.Objects.Quarantined++
	}
	s.Records.Total += o.records
	s.Records.Written += o.written
	s.Records.Duplicate += o.duplicate
	s.Records.Quarantined += int64(len(o.quarantine)) - o.wholeObject()
	for family := range cloudtrail.NumFamilies {
		if o.families.seen[family] {
			f := s.Families[family.String()]
			f.Objects++
			f.Records += o.families.records[family]
			s.Families[family.String()] = f
		}
	}
	for _, q := range o.quarantine {
		if len(s.Quarantine) < quarantineListed {
			s.Quarantine = append(s.Quarantine, q)
		}
	}
	s.Inflated += o.inflated
	s.sawEvents(o.coverage)
}

// merge adds what another summary counts of objects and records.
func (s *Summary) merge(other *Summary) {
	o, r := &s.Objects, &s.Records
	o.Ingested, o.Skipped, o.Quarantined = o.Ingested+other.Objects.Ingested, o.Skipped+other.Objects.Skipped, o.Quarantined+other.Objects.Quarantined
	r.Total, r.Written, r.Duplicate, r.Quarantined = r.Total+other.Records.Total, r.Written+other.Records.Written,
		r.Duplicate+other.Records.Duplicate, r.Quarantined+other.Records.Quarantined
	for reason, n := range other.Skipped {
		s.Skipped[reason] += n
	}
	for family, more := range other.Families {
		f := s.Families[family]
		s.Families[family] = FamilyCounts{f.Objects + more.Objects, f.Records + more.Records}
	}
	s.Quarantine = append(s.Quarantine, other.Quarantine[:min(len(other.Quarantine), quarantineListed-len(s.Quarantine))]...)
	s.Inflated += other.Inflated
	for account, at := range other.LastEvents {
		s.sawEvent(account, at)
	}
}

// sawEvents keeps the times of the newest events. Accounts are bounded as those of one
// object are.
func (s *Summary) sawEvents(rows []coveredRow) {
	for i := range rows {
		row := &rows[i]
		if row.family != cloudtrail.Management || row.events == 0 {
			continue
		}
		at := time.UnixMicro(row.last).UTC()
		if now := time.Now().UTC(); at.After(now) {
			at = now // a clock is wrong, or somebody lies
		}
		s.sawEvent(row.account, at)
	}
}

func (s *Summary) sawEvent(account string, at time.Time) {
	last, known := s.LastEvents[account]
	if known && at.After(last) || !known && len(s.LastEvents) < maxCovered {
		s.LastEvents[account] = at
	}
}

func (s *Summary) took(d time.Duration) { s.Seconds = d.Seconds() }
