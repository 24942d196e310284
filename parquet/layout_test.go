package parquet

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestPaths(t *testing.T) {
	id := [16]byte{0: 0xab, 15: 0x01}
	day := time.Date(2026, 8, 1, 23, 30, 0, 0, time.FixedZone("", -3600))
	for _, c := range []struct{ got, want, partition string }{
		{EventsPath(day, id), "events/event_date=2026-08-02/part-ab000000000000000000000000000001.parquet", "2026-08-02"},
		{CoveragePath(id), "coverage/part-ab000000000000000000000000000001.parquet", ""},
		{SnapshotPath(RolesSchema, day, "111111111111", id), "iam/roles/snapshot_date=2026-08-02/roles-111111111111-ab000000000000000000000000000001.parquet", "2026-08-02"},
		{CataloguePath(CatalogueActionsSchema), "catalogue/actions/actions.parquet", ""},
		{CataloguePath(CatalogueOperationsSchema), "catalogue/operations/operations.parquet", ""},
		{SnapshotPath(RoleTrustConditionsSchema, day, "111111111111", id), "iam/role_trust_conditions/snapshot_date=2026-08-02/role_trust_conditions-111111111111-ab000000000000000000000000000001.parquet", "2026-08-02"},
	} {
		if c.got != c.want {
			t.Errorf("path is %s, want %s", c.got, c.want)
		}
		if _, partition, err := place(c.got); err != nil || partition != c.partition {
			t.Errorf("%s: partition %q, error %v", c.got, partition, err)
		}
	}
}

var hostilePaths = []string{
	"", ".", "..", "/", "/etc/passwd", "events", "events/", "ledger.sqlite", ".lock",
	"events/part-00000000000000000000000000000000.parquet",
	"events/event_date=2026-08-01/", "events/event_date=2026-08-01/x.parquet",
	"events/event_date=2026-02-30/part-00000000000000000000000000000000.parquet",
	"events/event_date=2026-8-1/part-00000000000000000000000000000000.parquet",
	"events/event_date=2026-08-01/../event_date=2026-08-01/part-00000000000000000000000000000000.parquet",
	"events/../events/event_date=2026-08-01/part-00000000000000000000000000000000.parquet",
	"./events/event_date=2026-08-01/part-00000000000000000000000000000000.parquet",
	"events//event_date=2026-08-01/part-00000000000000000000000000000000.parquet",
	"events/event_date=2026-08-01/part-0000000000000000000000000000000A.parquet",
	"events/event_date=2026-08-01/part-00000000000000000000000000000000.parquet\n",
	"events/event_date=2026-08-01/part-00000000000000000000000000000000.parquet\x00",
	"events/event_date=2026-08-01/.tmp-00000000000000000000000000000000.parquet",
	"events/event_date=2026-08-01/roles-111111111111-00000000000000000000000000000000.parquet",
	"catalogue/events.parquet", "catalogue/actions.parquet.parquet", "catalogue/x/actions.parquet", "catalogue/operations/actions.parquet", "catalogue/actions/actions/actions.parquet", "catalogue/actions/", "catalogue/actionsxparquet", "catalogue/.tmp-actions.parquet",
	"coverage/event_date=2026-08-01/part-00000000000000000000000000000000.parquet",
	"iam/roles/snapshot_date=2026-08-01/roles-11111111111-00000000000000000000000000000000.parquet",
	"iam/roles/snapshot_date=2026-08-01/roles-1111111111111-00000000000000000000000000000000.parquet",
	"iam/roles/snapshot_date=2026-08-01/roles-111111111111-0000000000000000000000000000000.parquet",
	"iam/roles/snapshot_date=2026-08-01/roles-../../../x.parquet",
	"iam/roles/event_date=2026-08-01/roles-111111111111-00000000000000000000000000000000.parquet",
	"iam/policies/snapshot_date=2026-08-01/roles-111111111111-00000000000000000000000000000000.parquet",
	`events\event_date=2026-08-01\part-00000000000000000000000000000000.parquet`,
	"events/event_date=2026-08-01%2f/part-00000000000000000000000000000000.parquet",
}

func TestHostilePaths(t *testing.T) {
	for _, path := range hostilePaths {
		if _, _, err := place(path); err == nil {
			t.Errorf("%q is taken for a data file", path)
		}
	}
}

// FuzzPlace: what place accepts is exactly what the path functions make.
func FuzzPlace(f *testing.F) {
	for _, path := range hostilePaths {
		f.Add(path)
	}
	f.Add(EventsPath(time.Unix(0, 0), [16]byte{1}))
	f.Add(CoveragePath([16]byte{1}))
	f.Add(SnapshotPath(RolesSchema, time.Unix(0, 0), "111111111111", [16]byte{1}))
	f.Add(CataloguePath(CatalogueActionsSchema))
	f.Add("catalogue/actions.parquet")
	f.Fuzz(func(t *testing.T, path string) {
		table, partition, err := place(path)
		if err != nil {
			return
		}
		if strings.Contains(path, "..") || strings.ContainsAny(path, "\\\x00\n") || strings.Contains(path, "//") {
			t.Fatalf("%q is accepted", path)
		}
		rest := strings.TrimPrefix(path, table.folder+"/")
		if table.partition != "" {
			rest = strings.TrimPrefix(rest, table.partition+"="+partition+"/")
		}
		if table.own != "" {
			rest = strings.TrimPrefix(rest, table.own+"/")
		}
		if strings.Contains(rest, "/") || !table.file.MatchString(rest) {
			t.Fatalf("%q is accepted for table %s, partition %q", path, table.folder, partition)
		}
	})
}

// TestPlaceMutations breaks valid paths by one character.
func TestPlaceMutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	valid := []string{EventsPath(time.Unix(0, 0), [16]byte{1}), CoveragePath([16]byte{1}), SnapshotPath(RolesSchema, time.Unix(0, 0), "111111111111", [16]byte{1})}
	refused := 0
	for range 20_000 {
		path := []byte(valid[rng.IntN(len(valid))])
		at := rng.IntN(len(path))
		path[at] = byte(rng.IntN(256))
		if _, _, err := place(string(path)); err != nil {
			refused++
		} else if c := path[at]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '/' && c != '.' && c != '-' && c != '=' && c != '_' {
			t.Fatalf("%q is accepted", path)
		}
	}
	if refused < 10_000 {
		t.Errorf("only %d of 20,000 broken paths are refused", refused)
	}
}

// TestEveryTableHasASchema: fsck reads the files of all tables.
func TestEveryTableHasASchema(t *testing.T) {
	for _, table := range tables {
		if s := schemaOf(table.name); s == nil || s.Table != table.name {
			t.Errorf("%s has the schema %v", table.name, s)
		}
	}
}
