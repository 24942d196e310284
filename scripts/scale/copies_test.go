package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

// overMidnight are an assumption on the second day and a call of its session on the third.
const overMidnight = `{"Records":[
{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com"},"eventTime":"2026-07-02T23:59:00Z",
"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","awsRegion":"eu-west-1","sourceIPAddress":"ec2.amazonaws.com","userAgent":"ec2.amazonaws.com",
"requestParameters":{"roleArn":"arn:aws:iam::100000001001:role/night","roleSessionName":"late"},
"responseElements":{"credentials":{"accessKeyId":"ASIAMIDNIGHTEXAMPLE1"},"assumedRoleUser":{"assumedRoleId":"AROANIGHTROLEEXAMPLE1:late","arn":"arn:aws:sts::100000001001:assumed-role/night/late"}},
"eventID":"5e000000-0000-4000-8000-000000000001","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"100000001001","eventCategory":"Management"},
{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROANIGHTROLEEXAMPLE1:late","arn":"arn:aws:sts::100000001001:assumed-role/night/late",
"accountId":"100000001001","accessKeyId":"ASIAMIDNIGHTEXAMPLE1","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROANIGHTROLEEXAMPLE1",
"arn":"arn:aws:iam::100000001001:role/night","accountId":"100000001001","userName":"night"},"attributes":{"creationDate":"2026-07-02T23:59:00Z","mfaAuthenticated":"false"}}},
"eventTime":"2026-07-03T00:01:00Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"eu-west-1","sourceIPAddress":"10.1.2.3","userAgent":"aws-cli/2.0",
"eventID":"5e000000-0000-4000-8000-000000000002","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"100000001001","eventCategory":"Management"}]}`

// baseLake is a lake of three days, of which the last two are compact, with a session over midnight.
func baseLake(t *testing.T) string {
	t.Helper()
	logs, late, dir := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "base")
	if err := organisation.Write(logs, organisation.Options{Events: 1200, Days: 3, Accounts: 3, Roles: 40, EventsPerFile: 10}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(late, "midnight.json"), []byte(overMidnight), 0o600); err != nil {
		t.Fatal(err)
	}
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	for _, folder := range []string{logs, late} { // one file of a day alone is not made a compact one
		if _, err := pipeline.Ingest(t.Context(), lake, []pipeline.Source{pipeline.Files{Path: folder}}, pipeline.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pipeline.Compact(t.Context(), lake, pipeline.CompactOptions{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestCopies: the copies are a whole lake, in which each event is once, on its day, also for
// compaction, which looks for those that are twice.
func TestCopies(t *testing.T) {
	base, made := baseLake(t), filepath.Join(t.TempDir(), "made")
	if err := copies(base, made, plan{generations: 2, days: 5}, 2); err != nil {
		t.Fatal(err)
	}
	suspect, err := parquet.SuspectLake(made)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := pipeline.Fsck(t.Context(), suspect, pipeline.FsckOptions{})
	if err != nil || checked.Findings > 0 || checked.Files == 0 {
		t.Errorf("fsck: %+v, %v", checked, err)
	}
	if err := suspect.Close(); err != nil {
		t.Error(err)
	}
	lake, err := parquet.WriteLake(made)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.Files("events")
	if err != nil {
		t.Fatal(err)
	}
	days, ids, roles, count := map[string]int{}, map[any]bool{}, map[any]bool{}, int64(0)
	for _, f := range files {
		rows, _, err := parquet.ReadRows(f.Path, parquet.EventsSchema)
		if err != nil {
			t.Fatal(err)
		}
		days[f.Partition]++
		for _, row := range rows {
			count++
			ids[row[parquet.EventsSchema.Index("event_id")]] = true
			roles[row[parquet.EventsSchema.Index("role_id")]] = true
			at := row[parquet.EventsSchema.Index("event_time")].(time.Time)
			if at.Format(time.DateOnly) != f.Partition {
				t.Fatalf("an event of %s lies in %s", at, f.Partition)
			}
		}
	}
	if len(days) != 5 || count < 2*5*200 || int64(len(ids)) != count || len(roles) < 20 {
		t.Errorf("%d days, %d events, %d ids, %d roles", len(days), count, len(ids), len(roles))
	}
	if events, bytes, err := sizeOf(made); err != nil || events != count || bytes == 0 {
		t.Errorf("the lake has %d events in %d bytes, %v", events, bytes, err)
	}
	if c, err := pipeline.Compact(t.Context(), lake, pipeline.CompactOptions{}); err != nil || c.Rows.Duplicate != 0 || c.Rows.After != count {
		t.Errorf("compaction: %v, %v", c, err)
	}
}

// handedOut are the access keys of some days of a lake.
type handedOut struct {
	times int             // that one was handed out
	to    map[string]bool // the keys with the role each was handed out to
	used  map[string]bool // the keys with the role that signed a call by each
	kept  map[string]bool // the same, by the rollup of sessions
}

// keysOf reads which keys the days from first to last of a lake have.
func keysOf(t *testing.T, dir, first, last string) handedOut {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	k := handedOut{to: map[string]bool{}, used: map[string]bool{}, kept: map[string]bool{}}
	each := func(s *parquet.Schema, key, role string, see func(string)) {
		files, err := lake.Files(s.Table)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.Partition < first || f.Partition > last {
				continue
			}
			rows, _, err := parquet.ReadRows(f.Path, s)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				if row[s.Index(key)] != nil && row[s.Index(role)] != nil {
					see(fmt.Sprint(row[s.Index(key)], " ", row[s.Index(role)]))
				}
			}
		}
	}
	each(parquet.EventsSchema, "assumed_access_key_id", "assumed_role_id", func(pair string) { k.times++; k.to[pair] = true })
	each(parquet.EventsSchema, "identity_access_key_id", "role_id", func(pair string) { k.used[pair] = true })
	each(parquet.SessionDaysSchema, "access_key_id", "role_id", func(pair string) { k.kept[pair] = true })
	return k
}

// made is how many keys that signed calls were handed out to the role that signed.
func (k handedOut) made() (count int) {
	for pair := range k.used {
		if k.to[pair] {
			count++
		}
	}
	return count
}

// TestCopiesOfKeys: no key is handed out twice, and sessions find their assumptions as in the
// days that are copied, also over midnight.
func TestCopiesOfKeys(t *testing.T) {
	base, dir := baseLake(t), filepath.Join(t.TempDir(), "made")
	const generations, rounds = 2, 3
	if err := copies(base, dir, plan{generations: generations, days: 2 * rounds}, 2); err != nil {
		t.Fatal(err)
	}
	was, is := keysOf(t, base, "2026-07-02", "2026-07-03"), keysOf(t, dir, "2026-07-01", "2026-07-06")
	const night = "ASIAMIDNIGHTEXAMPLE1 AROANIGHTROLEEXAMPLE1"
	if len(was.to) != was.times || was.made() < 50 || !was.to[night] || !was.used[night] {
		t.Fatalf("the days to copy handed out %d keys %d times, of which %d signed calls", len(was.to), was.times, was.made())
	}
	for what, of := range map[string][2]int{
		"times that a key was handed out": {was.times, is.times},
		"keys handed out":                 {len(was.to), len(is.to)},
		"keys that signed calls":          {len(was.used), len(is.used)},
		"of them handed out":              {was.made(), is.made()},
	} {
		if want := of[0] * generations * rounds; of[1] != want {
			t.Errorf("%s: %d, want %d", what, of[1], want)
		}
	}
	if !maps.Equal(is.kept, is.used) || !maps.Equal(was.kept, was.used) {
		t.Errorf("the rollup of sessions has %d keys, was %d; calls %d, %d", len(is.kept), len(was.kept), len(is.used), len(was.used))
	}
}

// TestInventories: each generation has its roles, which may do what they did.
func TestInventories(t *testing.T) {
	base, dir := baseLake(t), filepath.Join(t.TempDir(), "iam")
	if err := writeInventories(base, dir, 2); err != nil {
		t.Fatal(err)
	}
	arns := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) != 6 {
		t.Fatalf("the inventories are %v, %v", files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var inventory struct {
			RoleDetailList []struct{ Arn, RoleName, Path string }
		}
		if err := json.Unmarshal(text, &inventory); err != nil {
			t.Fatal(err)
		}
		for _, role := range inventory.RoleDetailList {
			if want := "arn:aws:iam::" + filepath.Base(name)[:12] + ":role" + role.Path + role.RoleName; role.Arn != want {
				t.Errorf("role %s lies in %s, its name is %s", role.Arn, name, want)
			}
			arns[role.Arn] = true
		}
	}
	if len(arns) < 20 {
		t.Errorf("%d roles", len(arns))
	}
}

func TestPlan(t *testing.T) {
	for events, want := range map[int64]plan{
		200_000_000: {730_000, 3, quarterDays}, 2_000_000: {21_740, 1, quarterDays}, 92: {1, 1, quarterDays}, 67_160_000: {730_000, 1, quarterDays},
	} {
		o, err := parse(nil)
		o.events = events
		if got := o.plan(); err != nil || got != want || int64(got.daily*got.generations*got.days) < events {
			t.Errorf("%d events: %+v, %v", events, got, err)
		}
	}
}
