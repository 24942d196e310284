package pipeline

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"roletrail/cloudtrail"
)

// TestCoverageRows counts records of one object after another, of few and of many
// accounts, Regions and days, and compares with a map.
func TestCoverageRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	var c coverage
	for _, kinds := range []int{1, 3, fewCovered, fewCovered + 1, 200, maxCovered + 50, 2} {
		c.reset()
		want := map[coveredKey]covered{}
		for i := range 2*kinds + 20 {
			kind := i % kinds
			if i >= kinds {
				kind = rng.IntN(kinds)
			}
			rec := cloudtrail.Record{Time: int64(kind%4)*microsPerDay + rng.Int64N(microsPerDay), Family: cloudtrail.Management}
			account, region := fmt.Sprint(kind), fmt.Sprint("r", kind%7)
			rec.Text[cloudtrail.RecipientAccountID], rec.Text[cloudtrail.AWSRegion] = []byte(account), []byte(region)
			c.record(&rec, i%3 == 0)

			k := coveredKey{account, region, rec.Family, int32(kind % 4)}
			if kind >= maxCovered {
				k.account, k.region = "", ""
			}
			w, known := want[k]
			if !known {
				w.first, w.last = rec.Time, rec.Time
			}
			w.records++
			if i%3 == 0 {
				w.events++
			}
			w.first, w.last = min(w.first, rec.Time), max(w.last, rec.Time)
			want[k] = w
		}
		got := map[coveredKey]covered{}
		for _, row := range c.of() {
			got[row.coveredKey] = row.covered
		}
		if kinds <= maxCovered && (len(c.rows) != len(want) || !reflect.DeepEqual(got, want)) {
			t.Errorf("%d kinds: %d rows, %d wanted", kinds, len(c.rows), len(want))
		}
		sum, wanted := int64(0), int64(0)
		for _, row := range c.rows {
			sum += row.records
		}
		for _, w := range want {
			wanted += w.records
		}
		if sum != wanted || len(c.rows) > maxCovered+4 {
			t.Errorf("%d kinds: %d records in %d rows, %d wanted", kinds, sum, len(c.rows), wanted)
		}
	}
}
