package pipeline

import (
	"context"
	"io"
	"path"
	"strings"
)

// Source is where log files come from: one file of this package per kind.
type Source interface {
	// List calls fn for every object of the source, in any order. Problems of single
	// objects are no errors of List; they show when the object is opened.
	List(ctx context.Context, fn func(Object) error) error
}

// Object is one log file where it lies. Size and modification time tell whether
// it is the one that was ingested before.
type Object struct {
	// Name identifies the object in the ledger and in the lake: an absolute path,
	// s3://BUCKET/KEY, or stdin: and the hash of what came.
	Name string
	// Size in bytes, as stored.
	Size int64
	// Modified is in nanoseconds since 1970; 0 where the name says it all.
	Modified int64
	// Tag, where there is one, is another as soon as the contents are: S3's ETag.
	Tag string
	// Remote objects take long to open: small ones are fetched before their turn.
	Remote bool
	// Open starts reading the object from its beginning.
	Open func() (io.ReadCloser, error)
	// Place, if set, opens it too, and is the same for all objects of a list, so that those
	// which wait need not keep what each Open closes over.
	Place Place

	isFile bool  // Open opens the file of that name
	turn   int32 // in the order of the queue, from 1
}

// Place is where objects lie that can be opened by what a list tells of them.
type Place interface {
	// OpenObject starts reading an object from its beginning.
	OpenObject(name, tag string, size int64) (io.ReadCloser, error)
}

// deliveryDay returns the day in a log file's name, ACCOUNT_CloudTrail_REGION_
// 20230710T1142Z_…, as "20230710"; empty if it has none. Delivery lies at or after
// the events (P17).
func deliveryDay(name string) string {
	base := path.Base(strings.ReplaceAll(name, "\\", "/"))
	for rest := base; ; {
		i := strings.IndexByte(rest, 'T')
		if i < 0 {
			return ""
		}
		if i >= 8 && len(rest) > i+4 && isDigits(rest[i-8:i]) && isDigits(rest[i+1:i+5]) {
			return rest[i-8 : i]
		}
		rest = rest[i+1:]
	}
}

func isDigits(s string) bool {
	for _, c := range []byte(s) {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}
