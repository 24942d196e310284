package bucket

import (
	"testing"
	"time"
)

// BeImpatient lets servers be silent for no longer than that, until the test ends.
func BeImpatient(t *testing.T, most time.Duration) {
	before := silence
	t.Cleanup(func() { silence = before })
	silence = most
}
