package pipeline

import (
	"crypto/sha256"
	"encoding/binary"

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

// coverage counts the records of one object.
type coverage struct {
	rows map[coveredKey]*covered
	key  coveredKey // the last one: objects rarely hold more
	last *covered
}

// maxCovered bounds the accounts, Regions and days that are counted apart for one
// object. What is beyond counts without account and Region.
const maxCovered = 10_000

func (c *coverage) reset() {
	c.rows, c.last = map[coveredKey]*covered{}, nil
}

// record counts a record, which isNew to the lake or not.
func (c *coverage) record(rec *cloudtrail.Record, isNew bool) {
	day, region, account := dayOf(rec.Time), rec.Text[cloudtrail.AWSRegion], rec.Account()
	k := &c.key
	if c.last == nil || k.day != day || k.family != rec.Family || k.region != string(region) || k.account != string(account) {
		*k = coveredKey{string(account), string(region), rec.Family, day}
		if len(c.rows) >= maxCovered { // no real object holds so many: they are made up
			*k = coveredKey{"", "", rec.Family, day}
		}
		if c.last = c.rows[*k]; c.last == nil {
			c.last = &covered{first: rec.Time, last: rec.Time}
			c.rows[*k] = c.last
		}
	}
	c.last.records++
	if isNew {
		c.last.events++
	}
	if rec.Family != cloudtrail.Management {
		c.last.fingerprint += fingerprint(sha256.Sum256(rec.Raw))
	}
	c.last.first = min(c.last.first, rec.Time)
	c.last.last = max(c.last.last, rec.Time)
}

// digest counts a digest file, which holds no records, on the day that it ends.
func (c *coverage) digest(f *cloudtrail.DigestFile, region string) {
	c.rows[coveredKey{f.AccountID, region, cloudtrail.Digest, dayOf(f.End)}] = &covered{fingerprint: fingerprint(f.SHA256)}
}
