package unusual

import (
	"crypto/sha256"
	"time"

	"roletrail/parquet"
)

// Memory is what was seen before: a [parquet.Ledger].
type Memory interface {
	Seen(kind string, key []byte) (s parquet.Seen, ok bool, err error)
	// SeenAmong are those of many keys that were seen, by key.
	SeenAmong(kind string, keys [][]byte) (map[string]parquet.Seen, error)
	CountSeen(kind string, prefix []byte, most int) (n int, first time.Time, err error)
}

// What is remembered, by kind.
const (
	OfAccount = "account"     // whose logs were seen
	OfRole    = parquet.Use   // that acted
	ofCaller  = "caller"      // of a role
	ofNetwork = "network"     // of a privileged role
	ofBinding = "binding"     // of a role or an instance profile: the service
	ofTally   = parquet.Tally // of an hour that may go on: how often
	ofBurst   = "burst"       // of somebody: on how many days
	ofTold    = "told"        // sessions of watched roles, and calls across accounts, that a finding is about
)

const (
	// Learning is how far back the logs of an account, and what is known of from where a role
	// acted, must go before anything of it is new.
	Learning = 14 * 24 * time.Hour
	// Lasting is how long a habit is remembered that shows no more, at least, and not a week longer.
	Lasting = 90 * 24 * time.Hour
	// week is how long that a habit shows is not noted again.
	week = 7 * 24 * time.Hour
	// shortLasting is how long is remembered what is about a session or an hour.
	shortLasting = 3 * 24 * time.Hour
	// mostRemembered is how many entries of a kind are remembered, of some 80 bytes each.
	mostRemembered = 100_000
)

// bounds are those of what is remembered, as of now.
func bounds(now time.Time) (all []parquet.SeenBounds) {
	for _, kind := range [...]string{OfAccount, OfRole, ofCaller, ofNetwork, ofBinding, ofBurst} {
		since := now.Add(-Lasting - week)
		if kind == OfAccount || kind == OfRole || kind == ofBinding {
			since = time.Time{} // since when it is known matters, when it was last used, and that it was ever bound
		}
		all = append(all, parquet.SeenBounds{Kind: kind, Since: since, Most: mostRemembered})
	}
	for _, kind := range [...]string{ofTally, ofTold} {
		all = append(all, parquet.SeenBounds{Kind: kind, Since: now.Add(-shortLasting), Most: mostRemembered})
	}
	return all
}

// half is how long each half of a key is, in bytes. Nobody finds another text of the same
// hash.
const half = 16

// Key is the key of one text, or of one of several that belong to the first.
func Key(of string, what ...string) []byte {
	sum := sha256.Sum256([]byte(of))
	key := sum[:half:half]
	if len(what) == 0 {
		return key
	}
	return keyUnder(key, what...)
}

// keyUnder is the key of one of several that belong to the text of a key.
func keyUnder(key []byte, what ...string) []byte {
	var texts []byte
	for _, text := range what {
		texts = append(append(texts, text...), 0)
	}
	sum := sha256.Sum256(texts)
	return append(key[:half:half], sum[:half]...)
}
