package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
)

// generation is an inventory of three accounts in which everything bears a letter.
func generation(t *testing.T, letter string) *inventory.Inventory {
	t.Helper()
	var roles []string
	for _, account := range []string{"111111111111", "222222222222", "333333333333"} {
		for i := range 5 {
			roles = append(roles, fmt.Sprintf(`{"Arn":"arn:aws:iam::%[1]s:role/%[2]s%[3]d","RoleId":"AROAEXAMPLEEXAMPLE%[3]d%[4]s","CreateDate":"2026-01-02T03:04:05Z",
				"AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole",
					"Condition":{"StringEquals":{"sts:ExternalId":"%[2]s"}}}},
				"RolePolicyList":[{"PolicyName":"%[2]s","PolicyDocument":{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}}],
				"AttachedManagedPolicies":[]}`, account, letter, i, account[:2]))
		}
	}
	inv, err := inventory.Parse(strings.NewReader(`{"RoleDetailList":[`+strings.Join(roles, ",")+`]}`), letter, inventory.Limits{})
	if err != nil || len(inv.Problems) > 0 {
		t.Fatal(err, inv.Problems)
	}
	return inv
}

// TestReadersSeeOneSnapshot reads while inventories of one day take each other's place, now
// and then with the engine of the reports, which takes a hundred times as long. All tables
// of all accounts are always of one of them.
func TestReadersSeeOneSnapshot(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	a, b := generation(t, "a"), generation(t, "b")
	replace := func(inv *inventory.Inventory) error {
		lake, err := parquet.CreateLake(dir)
		if err != nil {
			return err
		}
		_, err = pipeline.IngestInventory(t.Context(), lake, inv, pipeline.InventoryOptions{At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Version: "test"})
		return errors.Join(err, lake.Close())
	}
	if err := replace(b); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan error)
	go func() {
		rng := rand.New(rand.NewPCG(4, 4))
		for inv := a; ctx.Err() == nil; time.Sleep(time.Duration(rng.IntN(600)) * time.Millisecond) {
			if err := replace(inv); err != nil {
				written <- err
				return
			}
			if inv = a; rng.IntN(2) == 0 {
				inv = b
			}
		}
		written <- nil
	}()
	seen, asked, gone, last, changes := 0, 0, 0, "", 0
	for start := time.Now(); asked < 4 || seen < 100 || changes < 5 && time.Since(start) < 5*time.Minute; {
		read := lettersOfFiles
		if seen%25 == 24 {
			read = lettersOf
		}
		letters, err := read(t.Context(), dir)
		switch {
		case errors.Is(err, fs.ErrNotExist), err != nil && strings.Contains(err.Error(), "the file is gone; run the report again"):
			gone++
			continue
		case err != nil:
			t.Error(err)
		case letters != "a 75" && letters != "b 75": // 15 roles, permissions, trust, conditions, policies of a letter
			t.Errorf("read %q", letters)
		}
		if seen%25 == 24 {
			asked++
		}
		if seen++; last != letters {
			changes++
		}
		if last = letters; t.Failed() {
			break
		}
	}
	stop()
	if err := <-written; err != nil {
		t.Error(err)
	}
	t.Logf("read %d times, %d times by the engine, %d of them another snapshot than before; %d times it was replaced meanwhile", seen, asked, changes, gone)
	if changes < 5 {
		t.Errorf("the reader met %d snapshots only", changes)
	}
	if files, err := filepath.Glob(filepath.Join(dir, "iam", "*", "*", "*")); err != nil || len(files) != 15 {
		t.Errorf("15 files count, there are %q, %v", files, err)
	}
}

// lettersOfFiles says which generations a reader of the files sees, and in how many rows.
func lettersOfFiles(_ context.Context, dir string) (string, error) {
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		return "", err
	}
	defer lake.Close()
	names := map[string]string{"iam/roles": "arn", "iam/role_permissions": "role_arn", "iam/role_trust": "role_arn", "iam/role_trust_conditions": "role_arn", "iam/policies": "role_arn"}
	files, err := lake.FilesOf(slices.Collect(maps.Keys(names))...)
	if err != nil {
		return "", err
	}
	letters := map[string]int{}
	for table, column := range names {
		for _, f := range files[table] {
			err := parquet.ReadText(f.Path, []string{column}, func(row [][]byte) error {
				_, role, _ := strings.Cut(string(row[0]), ":role/")
				letters[role[:1]]++
				return nil
			})
			if err != nil {
				return "", err
			}
		}
	}
	var seen []string
	for _, letter := range slices.Sorted(maps.Keys(letters)) {
		seen = append(seen, fmt.Sprint(letter, " ", letters[letter]))
	}
	return strings.Join(seen, " "), nil
}

// lettersOf says which generations a report sees, and in how many rows.
func lettersOf(ctx context.Context, dir string) (out string, err error) {
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		return "", err
	}
	defer lake.Close()
	engine, err := queries.OpenDuckDB(ctx, lake, queries.Options{})
	if err != nil {
		return "", err
	}
	defer engine.Close()
	rows, err := engine.SQL(ctx, `select letter || ' ' || count(*) as seen from (
		select substr(name, 1, 1) as letter from roles
		union all select substr(via[1], 8, 1) from role_permissions
		union all select substr(role_arn, 32, 1) from role_trust
		union all select condition_values[1] from role_trust_conditions
		union all select name from policies) as rows group by letter order by letter`)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		out += rows.Row()[0].(string)
	}
	return out, rows.Err()
}
