package parquet

// What the external tests (those that link DuckDB) use of the inside.
var (
	TestSchema = testSchema
	RandomRows = randomRows
	WriteRows  = writeRows
)

const MaxStatBytes = maxStatBytes

// Child is this test binary playing a scene of Scenes on a lake.
var (
	Child  = child
	Scenes = childScenes
)

// SetFailpoint lets fn see every step of the commit protocol, and fail it.
func SetFailpoint(fn func(step, path string) error) { failpoint = fn }
