package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"roletrail/cloudtrail"
)

// coveredKey says what a coverage row counts: one account, Region, log family and
// event day (days since 1970) of one object.
type coveredKey struct {
	account, region string
	family          cloudtrail.Family
	day             int32
}

// covered is how much of it there is. Times are µs since 1970, of the records.
type covered struct {
	records     int64
	events      int64 // records that the lake did not have yet
	first, last int64
	fingerprint int64 // of the records, of families that the lake does not keep
}

// fingerprint is one record's part in a row's: their sum does not depend on the
// order, and is another one as soon as a record is.
func fingerprint(sum [sha256.Size]byte) int64 { return int64(binary.BigEndian.Uint64(sum[:])) }

// coveredRow is a row of an object's coverage.
type coveredRow struct {
	coveredKey
	covered
}

// coverage counts the records of one object after another. Objects rarely hold more than
// one account, Region and day.
type coverage struct {
	rows  []coveredRow
	last  int                // the row counted last
	index map[coveredKey]int // of rows, if they are more than a few
	texts map[string]string  // accounts and Regions, which objects repeat
}

const (
	// maxCovered bounds the accounts, Regions and days that are counted apart for one
	// object. What is beyond counts without account and Region.
	maxCovered = 10_000
	fewCovered = 8
)

func (c *coverage) reset() {
	c.rows, c.index = c.rows[:0], nil
	if cap(c.rows) > maxCovered/10 {
		c.rows = nil
	}
}

// of is a copy of the rows.
func (c *coverage) of() []coveredRow { return slices.Clone(c.rows) }

// record counts a record, which isNew to the lake or not.
func (c *coverage) record(rec *cloudtrail.Record, isNew bool) {
	row := c.row(dayOf(rec.Time), rec.Family, rec.Text[cloudtrail.AWSRegion], rec.Account())
	if row.records == 0 {
		row.first, row.last = rec.Time, rec.Time
	}
	row.records++
	if isNew {
		row.events++
	}
	if rec.Family != cloudtrail.Management {
		row.fingerprint += fingerprint(sha256.Sum256(rec.Raw))
	}
	row.first = min(row.first, rec.Time)
	row.last = max(row.last, rec.Time)
}

// row finds or adds the row that a record counts in.
func (c *coverage) row(day int32, family cloudtrail.Family, region, account []byte) *coveredRow {
	if c.last < len(c.rows) {
		last := &c.rows[c.last]
		if last.day == day && last.family == family && last.region == string(region) && last.account == string(account) {
			return last
		}
	}
	k := coveredKey{c.text(account), c.text(region), family, day}
	if len(c.rows) >= maxCovered { // no real object holds so many: they are made up
		k = coveredKey{"", "", family, day}
	}
	at, ok := c.find(k)
	if !ok {
		at = len(c.rows)
		c.rows = append(c.rows, coveredRow{coveredKey: k})
		if c.index != nil {
			c.index[k] = at
		}
	}
	c.last = at
	return &c.rows[at]
}

func (c *coverage) find(k coveredKey) (at int, ok bool) {
	if len(c.rows) <= fewCovered {
		at = slices.IndexFunc(c.rows, func(r coveredRow) bool { return r.coveredKey == k })
		return at, at >= 0
	}
	if c.index == nil {
		c.index = make(map[coveredKey]int, 2*len(c.rows))
		for i := range c.rows {
			c.index[c.rows[i].coveredKey] = i
		}
	}
	at, ok = c.index[k]
	return at, ok
}

// text is a text that is kept once for all objects.
func (c *coverage) text(b []byte) string {
	if text, ok := c.texts[string(b)]; ok {
		return text
	}
	if c.texts == nil || len(c.texts) >= maxCovered {
		c.texts = map[string]string{}
	}
	text := string(b)
	c.texts[text] = text
	return text
}

// digest counts a digest file, which holds no records, on the day that it ends.
func (c *coverage) digest(f *cloudtrail.DigestFile, region string) {
	row := c.row(dayOf(f.End), cloudtrail.Digest, []byte(region), []byte(f.AccountID))
	row.covered = covered{fingerprint: fingerprint(f.SHA256)}
}
