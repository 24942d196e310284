package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// roleRecord is a CreateRole of a role with a trust policy for a service, with an id of its own
// number, and an addendum if there is one.
func roleRecord(number, second int, service, addendum string) string {
	if addendum != "" {
		addendum = `,"addendum":` + addendum
	}
	return fmt.Sprintf(`{"eventTime":"2026-07-%02dT11:42:%02dZ","eventSource":"iam.amazonaws.com","eventName":"CreateRole","eventType":"AwsApiCall","awsRegion":"us-east-1",`+
		`"eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":"111111111111","requestParameters":{"roleName":"worker","path":"/",`+
		`"assumeRolePolicyDocument":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"%s.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"},`+
		`"responseElements":{"role":{"roleName":"worker","roleId":"AROAEXAMPLEWORKER0000","arn":"arn:aws:iam::111111111111:role/worker","path":"/"}}%s}`,
		10+second/60, second%60, number, service, addendum)
}

func updates(original int) string {
	return fmt.Sprintf(`{"reason":"UPDATED_DATA","updatedFields":"requestParameters","originalEventID":"00000000-0000-4000-8000-%012d"}`, original)
}

// replay ingests records and replays them.
func replay(t *testing.T, records ...string) (dir string, replayed *pipeline.FromLogs) {
	t.Helper()
	logs := t.TempDir()
	write(t, logs, "a.json", []byte(`{"Records":[`+strings.Join(records, ",")+`]}`))
	dir = filepath.Join(t.TempDir(), "lake")
	ingest(t, dir, pipeline.Options{}, logs)
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	if replayed, err = pipeline.ReplayLogs(t.Context(), lake, nil); err != nil {
		t.Fatal(err)
	}
	return dir, replayed
}

// TestFromLogsTakesCorrections: of an event and its correction the correction alone is
// replayed, whichever of the two is read first or stands on an earlier day.
func TestFromLogsTakesCorrections(t *testing.T) {
	wrong, right := roleRecord(2, 0, "ec2", ""), roleRecord(1, 0, "lambda", updates(2))
	for _, records := range [][]string{{wrong, right}, {right, wrong}, {roleRecord(2, 70, "ec2", ""), right}} {
		_, replayed := replay(t, records...)
		roles := replayed.Inventory.Roles
		if replayed.Changes != 1 || len(roles) != 1 || !strings.Contains(roles[0].TrustPolicy, "lambda.") {
			t.Errorf("%d changes, roles %+v", replayed.Changes, roles)
		}
	}
	if _, replayed := replay(t, wrong, roleRecord(1, 5, "lambda", `{"reason":"DELIVERY_DELAY","originalEventID":"00000000-0000-4000-8000-000000000002"}`)); replayed.Changes != 2 {
		t.Errorf("an addendum of another reason corrects something: %d changes", replayed.Changes)
	}
}

// TestReplayAgreesWithReports makes corrections at random, of events, of each other and of
// nothing: as many changes are replayed as reports see events.
func TestReplayAgreesWithReports(t *testing.T) {
	fewer := 0
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 9))
		records := make([]string, 12)
		for i := range records {
			addendum := ""
			if rng.IntN(2) == 0 {
				addendum = updates(rng.IntN(len(records) + 3))
			}
			records[i] = roleRecord(i, rng.IntN(3)*50, "ec2", addendum)
		}
		dir, replayed := replay(t, records...)
		if seen := askSQL(t, dir, "select count(*) as n from events")[0]["n"].(int64); int64(replayed.Changes) != seen {
			t.Errorf("seed %d: %d changes are replayed, reports see %d\n%s", seed, replayed.Changes, seen, strings.Join(records, "\n"))
		}
		fewer += len(records) - replayed.Changes
	}
	if fewer < 20 {
		t.Errorf("only %d events were corrected", fewer)
	}
}
