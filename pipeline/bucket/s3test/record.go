package s3test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// RecordEnv names a folder into which tests write what they asked as a role that the project
// ships: ROLE-TEST.json, a list of [Call]. scripts/own-roles sets it.
const RecordEnv = "ROLETRAIL_RECORD"

// Record notes what was asked as a role of deploy/terraform, if somebody wants to know.
func Record(t *testing.T, role string, calls []Call) {
	t.Helper()
	folder := os.Getenv(RecordEnv)
	if folder == "" {
		return
	}
	text, err := json.Marshal(calls)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, role+"-"+filepath.Base(t.Name())+".json"), text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
