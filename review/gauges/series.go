package gauges

import (
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// MostAccountSeries is how many series have the id of an account: that of 200 accounts of which each has one of
	// every kind, and mostly that of a thousand.
	MostAccountSeries = 20_000
	// MostSeries is how many series there are at most, those of Go and of the process aside: beside those of accounts
	// the closed sets of all others, services and the roles that have been idle the longest.
	MostSeries = MostAccountSeries + MostServices + MostIdleRoles + 1_000
)

// ofAccounts are the gauges whose first label is the id of an account.
var ofAccounts = []*prometheus.Desc{rolesDesc, privilegedDesc, privilegedUsesDesc, permissionsDesc, unexpectedDesc, assumptionsDesc, missingDesc, inventoryDesc}

// bound counts the accounts whose series are too many together with the others: the first by their ids keep theirs,
// each all of them or none.
func (a *answering) bound() {
	of := map[string]int{}
	for s := range a.sums {
		if slices.Contains(ofAccounts, s.desc) {
			of[s.labels[0]]++
		}
	}
	left := MostAccountSeries
	for _, id := range slices.Sorted(maps.Keys(a.own)) {
		if left -= of[id]; left < 0 {
			delete(a.own, id)
			a.beyond++
		}
	}
	if left >= 0 {
		return
	}
	sums, roles := map[series]float64{}, idlest{}
	for s, n := range a.sums {
		if slices.Contains(ofAccounts, s.desc) {
			s.labels[0] = a.label(s.labels[0])
		}
		if s.desc != inventoryDesc || s.labels[0] != OtherAccounts { // of dates there is no sum
			sums[s] += n
		}
	}
	for r, days := range a.roles {
		roles.add(idleRole{a.label(r.account), r.name}, days)
	}
	a.sums, a.roles = sums, roles
}
