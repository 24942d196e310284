package gauges

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// MostIdleRoles is how many roles have a series of their own: those idle the longest.
const MostIdleRoles = 50

// idleBuckets are the upper bounds of the histogram, in days.
var idleBuckets = []float64{0, 1, 7, 14, 30, 60, 90, 180, 365, 730}

// idleDays is the histogram of how long roles have been idle.
type idleDays struct {
	count   uint64
	sum     float64
	buckets [10]uint64 // by idleBuckets, each with those before it
}

func (h *idleDays) add(days float64) {
	h.count++
	h.sum += days
	for i, bound := range idleBuckets {
		if days <= bound {
			h.buckets[i]++
		}
	}
}

func (h *idleDays) metric() prometheus.Metric {
	buckets := map[float64]uint64{}
	for i, bound := range idleBuckets {
		buckets[bound*day] = h.buckets[i]
	}
	return prometheus.MustNewConstHistogram(idleDesc, h.count, h.sum*day, buckets)
}

// idleRole names a role by its labels.
type idleRole struct{ account, name string }

// idlest are the days that roles have been idle. Of roles whose labels are the same, as of
// one that was made anew, the one that was used last stands for all.
type idlest map[idleRole]float64

func (k idlest) add(r idleRole, days float64) {
	if before, ok := k[r]; !ok || days < before {
		k[r] = days
	}
}

// longest are the roles that have been idle the longest, at most [MostIdleRoles].
func (k idlest) longest() []idleRole {
	roles := slices.SortedFunc(maps.Keys(k), func(a, b idleRole) int {
		return cmp.Or(cmp.Compare(k[b], k[a]), strings.Compare(a.account, b.account), strings.Compare(a.name, b.name))
	})
	return roles[:min(len(roles), MostIdleRoles)]
}
