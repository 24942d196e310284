package parquet

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// table is where the files of one table lie.
type table struct {
	name      string // "events", "iam/roles", …
	folder    string // relative to the lake, with slashes
	partition string // key of the partition folders; empty: the folder is flat
	own       string // folder in a flat folder for this table alone; older files lie beside it
	file      *regexp.Regexp
	// replaceable: a file may take the place of another, see [Lake.Create].
	replaceable bool
}

var partName = regexp.MustCompile(`^part-[0-9a-f]{32}\.parquet$`)

var tables = []table{
	{name: "events", folder: "events", partition: "event_date", file: partName},
	{name: "uses", folder: "uses", partition: "event_date", file: partName},
	{name: "session_days", folder: "session_days", partition: "event_date", file: partName},
	{name: "coverage", folder: "coverage", file: partName},
	{name: "quarantine", folder: "quarantine", file: partName},
	{name: "log_files", folder: "log_files", file: partName},
	snapshotTable("iam/roles"),
	snapshotTable("iam/role_permissions"),
	snapshotTable("iam/role_trust"),
	snapshotTable("iam/role_trust_conditions"),
	snapshotTable("iam/policies"),
	snapshotTable("trails"),
	catalogueTable("actions"),
	catalogueTable("operations"),
}

// snapshotTable is a table of snapshots: a file per account and day. Each has a name of
// its own, so that a new snapshot can take the place of one of the same day in all
// tables at once, by the ledger ([Batch.Removed]). Those that older builds made have a
// name without id.
func snapshotTable(name string) table {
	return table{
		name:      name,
		folder:    name,
		partition: "snapshot_date",
		file:      regexp.MustCompile(`^` + path.Base(name) + `-([0-9]{12})(?:-[0-9a-f]{32})?\.parquet$`),
	}
}

// catalogueTable is a table of the catalogue: one file, in a folder of its own, because
// other engines take a folder for a table. Older builds made it beside that of the other.
func catalogueTable(name string) table {
	return table{
		name:        "catalogue/" + name,
		folder:      "catalogue",
		own:         name,
		file:        regexp.MustCompile(`^` + name + `\.parquet$`),
		replaceable: true,
	}
}

// PartitionKey is the key of the folders, KEY=YYYY-MM-DD, that the files of a table lie in,
// "" if they lie in none.
func PartitionKey(s *Schema) string {
	t, err := findTable(s.Table)
	if err != nil {
		panic("parquet: " + err.Error()) // a schema is one of this package
	}
	return t.partition
}

// InventoryTables are the names of the tables of the inventory, of which a snapshot has a
// file each.
func InventoryTables() (names []string) {
	for _, t := range tables {
		if strings.HasPrefix(t.name, "iam/") {
			names = append(names, t.name)
		}
	}
	return names
}

func findTable(name string) (table, error) {
	for _, t := range tables {
		if t.name == name {
			return t, nil
		}
	}
	return table{}, fmt.Errorf("reading lake: it has no table %q", name)
}

const dayLayout = "2006-01-02"

// EventsPath is the path, relative to the lake, of the events file with the given
// id for the UTC day of a time in the years 0 to 9999.
func EventsPath(day time.Time, id [16]byte) string {
	return "events/event_date=" + day.UTC().Format(dayLayout) + "/part-" + hex.EncodeToString(id[:]) + ".parquet"
}

// Rollups are the tables of which a compact file of events has a file each.
func Rollups() []*Schema { return []*Schema{UsesSchema, SessionDaysSchema} }

// isRollup reports whether the table is one of the rollups.
func (t table) isRollup() bool {
	return slices.ContainsFunc(Rollups(), func(s *Schema) bool { return s.Table == t.name })
}

// RollupPath is the path of the file of a rollup that goes with an events file: day and id
// are the same.
func RollupPath(s *Schema, events string) string {
	return s.Table + "/" + strings.TrimPrefix(events, "events/")
}

// CoveragePath is the path, relative to the lake, of the coverage file with the
// given id.
func CoveragePath(id [16]byte) string {
	return "coverage/part-" + hex.EncodeToString(id[:]) + ".parquet"
}

// QuarantinePath is the path, relative to the lake, of the quarantine file with the given
// id. Lakes with a ledger have none: it has what such a file holds.
func QuarantinePath(id [16]byte) string {
	return "quarantine/part-" + hex.EncodeToString(id[:]) + ".parquet"
}

// SnapshotPath is the path, relative to the lake, of an account's file with the given
// id of a table of snapshots (those of the inventory, iam/…, and trails) at the UTC day
// of the snapshot. An account that is not 12 digits, or another table, makes a path
// that [Lake.Create] refuses.
func SnapshotPath(s *Schema, day time.Time, account string, id [16]byte) string {
	return s.Table + "/snapshot_date=" + day.UTC().Format(dayLayout) + "/" + path.Base(s.Table) + "-" + account + "-" + hex.EncodeToString(id[:]) + ".parquet"
}

// account is whose snapshot a file of a table is, "" in tables without snapshots.
func (t table) account(name string) string {
	if match := t.file.FindStringSubmatch(path.Base(name)); len(match) > 1 {
		return match[1]
	}
	return ""
}

// SnapshotFile says of which table and account, and of which day, the file of a snapshot is by its
// path relative to the lake; ok is false for other paths.
func SnapshotFile(name string) (table string, f DataFile, ok bool) {
	t, day, err := place(name)
	account := t.account(name)
	return t.name, DataFile{Name: name, Partition: day, Account: account}, err == nil && account != ""
}

// CataloguePath is the path, relative to the lake, of the file of a table of the
// catalogue (a [Schema.Table] that begins with catalogue/). Another table makes a
// path that [Lake.Create] refuses.
func CataloguePath(s *Schema) string { return s.Table + "/" + path.Base(s.Table) + ".parquet" }

// place says which table and partition a path relative to the lake belongs to. It
// accepts nothing but the paths of the functions above, so that nothing an
// attacker wrote into a log or a ledger leads out of the lake.
func place(name string) (t table, partition string, err error) {
	for _, t := range tables {
		rest, ok := strings.CutPrefix(name, t.folder+"/")
		if !ok {
			continue
		}
		folder, file := "", rest
		if t.partition != "" {
			folder, file, _ = strings.Cut(rest, "/")
		} else if t.own != "" {
			file = strings.TrimPrefix(rest, t.own+"/")
		}
		if day, ok := t.day(folder); ok && t.file.MatchString(file) {
			return t, day, nil
		}
	}
	return table{}, "", fmt.Errorf("%q is no path of a lake's data file", name)
}

// IsDataFile reports whether a path relative to a lake is that of a data file.
func IsDataFile(name string) bool {
	_, _, err := place(name)
	return err == nil
}

// day is the partition a folder stands for.
func (t table) day(folder string) (string, bool) {
	if t.partition == "" {
		return "", folder == ""
	}
	day, ok := strings.CutPrefix(folder, t.partition+"=")
	if !ok {
		return "", false
	}
	parsed, err := time.Parse(dayLayout, day)
	return day, err == nil && parsed.Format(dayLayout) == day
}

// found is a file seen in a table's folder.
type found struct {
	path      string // relative to the lake, with slashes
	partition string
	bytes     int64
}

// list finds the data files of a table. Temporary files are left out; anything
// else that our writer did not put there is an error that names it. Links are
// never followed.
func (t table) list(dir string) (files []found, err error) {
	folders := []string{""}
	if t.partition != "" {
		if folders, err = t.partitions(dir); err != nil {
			return nil, err
		}
	} else if t.own != "" {
		folders = append(folders, t.own)
	}
	for _, folder := range folders {
		day, _ := t.day(folder) // "" of a folder that is no partition
		rel := path.Join(t.folder, folder)
		entries, err := readFolder(dir, rel)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.IsDir() && t.isShared(rel, e.Name()) {
				continue
			}
			owner, _, err := place(path.Join(rel, e.Name()))
			if err != nil || !e.Type().IsRegular() {
				return nil, strayError(dir, path.Join(rel, e.Name()))
			}
			if owner.name != t.name {
				continue // of the other table in this folder
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // removed since
			} else if err != nil {
				return nil, fmt.Errorf("listing lake: %w", err)
			}
			files = append(files, found{path.Join(rel, e.Name()), day, info.Size()})
		}
	}
	return files, nil
}

// olderPlace is where a file lies that is not in the folder which its table has of its own,
// else "".
func (t table) olderPlace(name string) string {
	if t.own != "" && path.Dir(name) == t.folder {
		return t.folder
	}
	return ""
}

// isShared reports whether a folder found in rel is one of a table that lies there.
func (t table) isShared(rel, name string) bool {
	return t.own != "" && rel == t.folder && slices.ContainsFunc(tables, func(other table) bool { return other.folder == rel && other.own == name })
}

func (t table) partitions(dir string) (folders []string, err error) {
	entries, err := readFolder(dir, t.folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if _, ok := t.day(e.Name()); !ok || !e.IsDir() {
			return nil, strayError(dir, path.Join(t.folder, e.Name()))
		}
		folders = append(folders, e.Name())
	}
	return folders, nil
}

// readFolder lists a folder of the lake without temporary files, sorted by name.
// A missing folder is an empty one.
func readFolder(dir, rel string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(filepath.Join(dir, filepath.FromSlash(rel)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing lake: %w", err)
	}
	kept := entries[:0]
	for _, e := range entries {
		if !isTemp(e.Name()) || !e.Type().IsRegular() {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

func strayError(dir, rel string) error {
	return fmt.Errorf("reading lake: %q is not a file that ingest made; move it out of the lake", filepath.Join(dir, filepath.FromSlash(rel)))
}
