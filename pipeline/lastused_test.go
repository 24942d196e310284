package pipeline_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
)

// tally is what report last-used must say of one role.
type tally struct {
	uses, denied, failed int64
	first, last          time.Time
}

// tallyRoles counts role use the slow and obvious way: a map over the records.
func tallyRoles(records []map[string]any) map[string]*tally {
	idsOf := map[string]map[string]bool{}
	for _, rec := range records {
		for _, role := range []func(map[string]any) (id, arn string){actingRole, assumedRole} {
			if id, arn := role(rec); id != "" && arn != "" {
				if idsOf[arn] == nil {
					idsOf[arn] = map[string]bool{}
				}
				idsOf[arn][id] = true
			}
		}
	}
	roles := map[string]*tally{}
	for _, rec := range records {
		id, arn := actingRole(rec)
		if id == "" && len(idsOf[arn]) == 1 { // a record without the id, of a role whose id is known
			for only := range idsOf[arn] {
				id = only
			}
		}
		key := id
		if key == "" {
			key = arn
		}
		if key == "" {
			continue
		}
		t := roles[key]
		if t == nil {
			t = &tally{}
			roles[key] = t
		}
		t.count(rec)
	}
	return roles
}

func (t *tally) count(rec map[string]any) {
	code, _ := rec["errorCode"].(string)
	message, _ := rec["errorMessage"].(string)
	lower := strings.ToLower(code)
	switch {
	case strings.Contains(lower, "accessdenied"), strings.Contains(lower, "unauthorized"), strings.Contains(lower, "forbidden"):
		t.denied++
		return
	case code != "" || message != "":
		t.failed++
	}
	t.uses++
	text := strings.Replace(strings.TrimSuffix(rec["eventTime"].(string), "Z"), " ", "T", 1)
	when, err := time.Parse("2006-01-02T15:04:05", text)
	if err != nil {
		panic(err)
	}
	when = when.Truncate(time.Microsecond)
	if t.first.IsZero() || when.Before(t.first) {
		t.first = when
	}
	if when.After(t.last) {
		t.last = when
	}
}

// actingRole is the role of an API call: the issuer of the session.
func actingRole(rec map[string]any) (id, arn string) {
	if kind, ok := rec["eventType"].(string); ok && kind != "" && kind != "AwsApiCall" {
		return "", ""
	}
	who, _ := rec["userIdentity"].(map[string]any)
	if who["type"] != "AssumedRole" && who["type"] != "Role" {
		return "", ""
	}
	session, _ := who["sessionContext"].(map[string]any)
	issuer, _ := session["sessionIssuer"].(map[string]any)
	arn, _ = issuer["arn"].(string)
	if issuer["type"] == "Role" || issuer["type"] == nil && strings.Contains(arn, ":role/") {
		id, _ = issuer["principalId"].(string)
		if principal, _ := who["principalId"].(string); id == "" && strings.HasPrefix(principal, "AROA") {
			id, _, _ = strings.Cut(principal, ":") // the issuer lacks it, the session has it
		}
		return id, arn
	}
	if principal, _ := who["principalId"].(string); issuer["type"] == nil && strings.HasPrefix(principal, "AROA") {
		id, _, _ = strings.Cut(principal, ":")
		if own, _ := who["arn"].(string); strings.Contains(own, ":iam::") && strings.Contains(own, ":role/") {
			arn = own
		}
		return id, arn
	}
	return "", ""
}

// assumedRole is the role that an AssumeRole call was answered with.
func assumedRole(rec map[string]any) (id, arn string) {
	request, _ := rec["requestParameters"].(map[string]any)
	response, _ := rec["responseElements"].(map[string]any)
	user, _ := response["assumedRoleUser"].(map[string]any)
	id, _ = user["assumedRoleId"].(string)
	id, _, _ = strings.Cut(id, ":")
	arn, _ = request["roleArn"].(string)
	return id, arn
}

// TestRealLastUsed compares report last-used with the tally, for every folder of
// real records.
func TestRealLastUsed(t *testing.T) {
	folders, err := os.ReadDir(realData)
	if err != nil {
		t.Skip("no real records beside the project")
	}
	roles, uses := 0, int64(0)
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		t.Run(folder.Name(), func(t *testing.T) {
			source := filepath.Join(realData, folder.Name())
			dir := filepath.Join(t.TempDir(), "lake")
			ingest(t, dir, pipeline.Options{Workers: 1}, source)
			want := tallyRoles(readOracle(t, source).records)
			got := lastUsed(t, dir)
			for key, w := range want {
				g := got[key]
				if g == nil {
					t.Errorf("role %q is missing", key)
					continue
				}
				if *g != *w {
					t.Errorf("role %q:\n got %+v\nwant %+v", key, *g, *w)
				}
				roles++
				uses += w.uses
			}
			for key, g := range got {
				if want[key] == nil && *g != (tally{}) {
					t.Errorf("role %q was never seen: %+v", key, *g)
				}
			}
		})
	}
	t.Logf("%d roles with %d uses compared", roles, uses)
	if roles < 50 || uses < 280 {
		t.Errorf("only %d roles with %d uses were compared", roles, uses)
	}
}

// lastUsed is the report's answer over all times, by role id or else ARN.
func lastUsed(t *testing.T, dir string) map[string]*tally {
	t.Helper()
	ctx := context.Background()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	engine, err := queries.OpenDuckDB(ctx, lake, queries.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	rows, err := engine.Run(ctx, "last_used", queries.Params{
		Since: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	column := map[string]int{}
	for i, c := range rows.Columns() {
		column[c.Name] = i
	}
	found := map[string]*tally{}
	for rows.Next() {
		row := rows.Row()
		key, _ := row[column["role_id"]].(string)
		if key == "" {
			key, _ = row[column["role_arn"]].(string)
		}
		r := &tally{uses: row[column["uses"]].(int64), denied: row[column["denied"]].(int64), failed: row[column["failed"]].(int64)}
		if last, ok := row[column["last_used"]].(time.Time); ok {
			r.last, r.first = last, row[column["first_used"]].(time.Time)
		}
		if found[key] != nil {
			t.Errorf("role %q has two rows", key)
		}
		found[key] = r
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}
