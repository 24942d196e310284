package review

import (
	"slices"
	"strings"
	"testing"

	"roletrail/queries"
)

// TestTrailsLine: without a trail the head says what is assumed, and of which
// accounts.
func TestTrailsLine(t *testing.T) {
	const assumption = "management events taken as logged and data events as not; ingest trail tells"
	trail := func(account, name, date string, organization bool) queries.MetaTrail {
		return queries.MetaTrail{ARN: "arn:aws:cloudtrail:eu-west-1:" + account + ":trail/" + name, AccountID: account, Organization: organization, Date: at(date + "T00:00:00Z")}
	}
	main := trail("111111111111", "main", "2026-09-30", false)
	for want, trails := range map[string][]queries.MetaTrail{
		"trails: none known, " + assumption:                                                          nil,
		"trails: main, 2026-09-30; none known of 222222222222, there " + assumption:                  {main},
		"trails: main, 2026-08-01 to 2026-09-30":                                                     {main, trail("222222222222", "main", "2026-08-01", false)},
		"trails: company, 2026-09-30":                                                                {trail("999999999999", "company", "2026-09-30", true)},
		"trails: company, 2026-09-30; none known of 111111111111, 222222222222, there " + assumption: {trail("999999999999", "company", "2026-09-30", false)},
		"trails: main, audit, 2026-09-30; none known of 222222222222, there " + assumption:           {main, trail("111111111111", "audit", "2026-09-30", false)},
	} {
		m := sampleMeta()
		m.Trails = trails
		if lines := headLines(m, ""); !slices.Contains(lines, want) {
			t.Errorf("%q is not in\n%s", want, strings.Join(lines, "\n"))
		}
	}
}
