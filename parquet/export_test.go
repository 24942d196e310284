package parquet

import "testing"

// What the external tests (those that link DuckDB) use of the inside.
var (
	TestSchema = testSchema
	RandomRows = randomRows
	WriteRows  = writeRows
)

const (
	MaxStatBytes = maxStatBytes
	RandomTables = randomTables
)

// WriteBoth writes a random table with our writer and with arrow's.
func WriteBoth(t testing.TB, seed uint64) (ours, theirs string) {
	groups := randomTable(seed)
	ours = writeFile(t, inSmallPages(seed, func() []byte { return writeGroups(testSchema, nil, groups) }))
	return ours, writeFile(t, writeByArrow(testSchema, nil, groups))
}

// Child is this test binary playing a scene of Scenes on a lake.
var (
	Child  = child
	Scenes = childScenes
)

// MakeOlder gives the lake in dir a ledger of the version before, which knows what its ledger does.
func MakeOlder(dir string) error { return makeOlder(dir) }

// IsRenewed reports whether the ledger of a lake has the version of today.
func IsRenewed(l *Lake) bool { return l.ledger.version == ledgerVersion }

// SetFailpoint lets fn see every step of the commit protocol, and fail it.
func SetFailpoint(fn func(step, path string) error) { failpoint = fn }
