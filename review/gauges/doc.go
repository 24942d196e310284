// Package gauges tells Prometheus what the reports answer: how many roles there are of
// each verdict, how long they have been idle, what they may do and never do, who came that
// nobody expected, and what the answers rest on.
//
// An answer takes seconds and changes by the hour, while Prometheus asks every half
// minute: so the reports run on a schedule, and what Prometheus gets is the last answer,
// whole, with the time it was given. Roles that are deleted are left out: gauges tell what
// is there to be acted upon.
//
// The number of series is bounded whatever the lake holds: labels come from closed sets, but
// for the ids of at most [MostAccounts] accounts, the names of at most [MostIdleRoles] roles
// and of [MostServices] services. Accounts and services beyond are counted together, so that
// sums stay true. In all they are at most [MostSeries].
package gauges
