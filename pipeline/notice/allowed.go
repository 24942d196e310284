package notice

import (
	"fmt"
	"strings"

	"roletrail/pipeline/bucket"
)

// Allowed are the places whose objects notices may name. Whoever can send a notice would else choose
// what is read, with the rights of this program, and so what is in the lake. None means any.
type Allowed []place

// place is a bucket, or a folder of it.
type place struct{ bucket, folder string }

// ParseAllowed reads places as s3://BUCKET/PREFIX. A prefix is a folder: s3://b/AWSLogs is not that
// of AWSLogs-2/x.
func ParseAllowed(urls []string) (Allowed, error) {
	var allowed Allowed
	for _, url := range urls {
		name, folder, err := bucket.Place(url)
		if err == nil && !strings.HasPrefix(url, "s3://") {
			err = fmt.Errorf("reading source %q: write s3://BUCKET/PREFIX", url)
		}
		if err != nil {
			return nil, err
		}
		if folder = strings.TrimRight(folder, "/"); folder != "" {
			folder += "/"
		}
		allowed = append(allowed, place{name, folder})
	}
	return allowed, nil
}

// Check refuses an object that is not in any of the places.
func (a Allowed) Check(o Object) error {
	for _, p := range a {
		if o.Bucket == p.bucket && strings.HasPrefix(o.Key, p.folder) {
			return nil
		}
	}
	if len(a) == 0 {
		return nil
	}
	return fmt.Errorf("taking %q: log files of that place are not allowed; allow it if the notice is from your trail", nameOf(o))
}
