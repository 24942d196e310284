package queries

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	duckdb "github.com/marcboeker/go-duckdb/v2"
)

// event is one row of a made-up lake: the columns the questions read. Pointers
// and zero times stand for NULL.
type event struct {
	EventID         string     `json:"event_id"`
	EventTime       time.Time  `json:"event_time"`
	EventSource     string     `json:"event_source"`
	EventName       string     `json:"event_name"`
	Region          *string    `json:"aws_region"`
	Recipient       *string    `json:"recipient_account_id"`
	SharedEventID   *string    `json:"shared_event_id"`
	SourceIP        *string    `json:"source_ip_address"`
	Network         *string    `json:"caller_network"`
	IdentityType    *string    `json:"identity_type"`
	PrincipalID     *string    `json:"identity_principal_id"`
	IdentityAccount *string    `json:"identity_account_id"`
	AccessKey       *string    `json:"identity_access_key_id"`
	IssuerType      *string    `json:"issuer_type"`
	IssuerARN       *string    `json:"issuer_arn"`
	IssuerID        *string    `json:"issuer_principal_id"`
	SessionCreated  *time.Time `json:"session_created_at"`
	Management      *bool      `json:"management_event"`
	Outcome         string     `json:"outcome"`
	IAMAction       *string    `json:"iam_action"`
	Possible        []string   `json:"iam_actions_possible"`
	PassedARN       *string    `json:"passed_role_arn"`
	Parameters      *string    `json:"request_parameters"`
	Resources       *string    `json:"resources"`
	RoleARN         *string    `json:"role_arn"`
	RoleID          *string    `json:"role_id"`
	SessionName     *string    `json:"role_session_name"`
	AssumedARN      *string    `json:"assumed_role_arn"`
	AssumedID       *string    `json:"assumed_role_id"`
	AssumedSession  *string    `json:"assumed_session_name"`
	AssumedKey      *string    `json:"assumed_access_key_id"`
	AssumedIdentity *string    `json:"assumed_source_identity"`
	AssumedTags     *string    `json:"assumed_session_tags"`
	Caller          *string    `json:"caller"`
	CallerKind      *string    `json:"caller_kind"`
	Addendum        *string    `json:"addendum"`
	IdentityARN     *string    `json:"identity_arn"`
	UserName        *string    `json:"identity_user_name"`
	OnBehalfOf      *string    `json:"on_behalf_of_user_id"`
	InvokedBy       *string    `json:"invoked_by"`
	Change          *string    `json:"change"`
	ChangeRoles     []string   `json:"change_role_arns"`
	ChangePolicy    *string    `json:"change_policy_arn"`
	ChangeSeverity  *string    `json:"change_severity"`
	ChangeSummary   *string    `json:"change_summary"`
}

// inventoryRole is one row of the inventory. It may have no id.
type inventoryRole struct {
	ARN          string     `json:"arn"`
	RoleID       string     `json:"role_id"`
	AccountID    string     `json:"account_id"`
	Name         string     `json:"name"`
	Path         string     `json:"path"`
	CreatedAt    *time.Time `json:"created_at"`
	Kind         *string    `json:"kind"`
	Privilege    *string    `json:"privilege"`
	LastUsed     *time.Time `json:"last_used"`
	Attached     []string   `json:"attached_policies"`
	Unread       []string   `json:"unread_policies"`
	Origin       string     `json:"origin"`
	SnapshotDate string     `json:"snapshot_date"`
	MaxSession   *int64     `json:"max_session"`
	Boundary     *string    `json:"boundary"`
	AdminBy      *string    `json:"privilege_path"`
	Tags         *string    `json:"tags"`
	Trust        *string    `json:"trust_policy"`

	// For oracles: whether the logs know several roles that it may be, and when the
	// next of its name was made.
	namesakes bool
	remade    *time.Time
}

// policyRow is one row of the policy documents.
type policyRow struct {
	AccountID    string  `json:"account_id"`
	PolicyARN    *string `json:"policy_arn"`
	Name         *string `json:"name"`
	Kind         string  `json:"kind"`
	RoleARN      *string `json:"role_arn"`
	Document     *string `json:"document"`
	SnapshotDate string  `json:"snapshot_date"`
}

// grantRow is one row of what a role may do.
type grantRow struct {
	AccountID    string     `json:"account_id"`
	RoleARN      string     `json:"role_arn"`
	RoleID       string     `json:"role_id"`
	Action       string     `json:"action"`
	Effect       string     `json:"effect"`
	IsPattern    bool       `json:"is_pattern"`
	Via          []string   `json:"via"`
	Resources    []string   `json:"resources"`
	GrantedAt    *time.Time `json:"granted_at"`
	SnapshotDate string     `json:"snapshot_date"`
}

// actionRow is one row of the action catalogue.
type actionRow struct {
	Action        string  `json:"action"`
	Service       string  `json:"service"`
	Name          string  `json:"name"`
	Level         string  `json:"access_level"`
	Observability string  `json:"observability"`
	DataType      *string `json:"data_type"`
}

// coverageRow is one row of the coverage table.
type coverageRow struct {
	SourceObject string    `json:"source_object"`
	AccountID    string    `json:"account_id"`
	Region       *string   `json:"aws_region"`
	Family       string    `json:"family"`
	EventDate    string    `json:"event_date"`
	Records      int64     `json:"records"`
	Events       int64     `json:"events"`
	FirstEvent   time.Time `json:"first_event"`
	LastEvent    time.Time `json:"last_event"`
	Fingerprint  *int64    `json:"fingerprint"`
}

// world is a small lake before it is written.
type world struct {
	events   []event
	roles    []inventoryRole
	grants   []grantRow
	policies []policyRow
	actions  []actionRow
	coverage []coverageRow
	trails   []trailRow
}

// workshop writes worlds as Parquet: a DuckDB that is not locked.
type workshop struct {
	t    testing.TB
	conn *duckdb.Conn
}

func newWorkshop(t testing.TB) *workshop {
	t.Helper()
	c, err := duckdb.NewConnector(":memory:?threads=2", nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := c.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	w := &workshop{t, conn.(*duckdb.Conn)}
	t.Cleanup(func() { conn.Close(); c.Close() })
	w.exec("set TimeZone = 'UTC'")
	w.exec("create schema lake")
	for _, table := range []string{"events", "roles", "role_permissions", "role_trust", "role_trust_conditions", "policies", "actions", "coverage", "trails"} {
		text, err := texts.ReadFile("duckdb/empty_" + table + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		w.exec(string(text))
	}
	return w
}

func (w *workshop) exec(text string, args ...any) {
	w.t.Helper()
	named := make([]driver.NamedValue, len(args))
	for i, a := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	if _, err := w.conn.ExecContext(context.Background(), text, named); err != nil {
		w.t.Fatalf("running %s: %v", text, err)
	}
}

// write makes a lake folder of the world.
func (w *workshop) write(dir string, x world) lakeFiles {
	w.t.Helper()
	w.copyOut(dir, "events", x.events, len(x.events), "event_date")
	if len(x.events) > 0 {
		w.writeRollups(dir, "hash(event_date) % 2 = 0")
	}
	w.copyOut(dir, "iam/roles", x.roles, len(x.roles), "snapshot_date")
	w.copyOut(dir, "iam/role_permissions", x.grants, len(x.grants), "snapshot_date")
	w.copyOut(dir, "iam/policies", x.policies, len(x.policies), "snapshot_date")
	w.copyOut(dir, "catalogue/actions", x.actions, len(x.actions), "")
	w.copyOut(dir, "coverage", x.coverage, len(x.coverage), "")
	w.copyOut(dir, "trails", x.trails, len(x.trails), "snapshot_date")
	if len(x.actions) == 0 {
		w.writeCatalogue(dir)
	}
	return foundFiles(w.t, dir)
}

// catalogueDay is the date of the catalogue of every world.
const catalogueDay = "2026-06-15"

// writeCatalogue writes a catalogue of one action.
func (w *workshop) writeCatalogue(dir string) {
	w.t.Helper()
	out := filepath.Join(dir, "catalogue")
	if err := os.MkdirAll(out, 0o755); err != nil {
		w.t.Fatal(err)
	}
	w.exec("copy (select 's3:GetObject' as action, 's3' as service, 'GetObject' as name, 'read' as access_level, ['object*'] as resource_types, " +
		"'data' as observability, 'AWS::S3::Object' as data_type, date '" + catalogueDay + "' as catalogue_date, 'refreshed' as source) to '" +
		filepath.Join(out, "actions.parquet") + "' (format parquet)")
}

// copyOut writes rows as the files of a table, partitioned if it has partitions.
func (w *workshop) copyOut(dir, table string, rows any, n int, partition string) {
	w.t.Helper()
	if n == 0 {
		return
	}
	out := filepath.Join(dir, table)
	if err := os.MkdirAll(out, 0o755); err != nil {
		w.t.Fatal(err)
	}
	w.filled(path.Base(table), rows)
	switch partition {
	case "":
		w.exec("copy filled to '" + out + "/part-0123456789abcdef0123456789abcdef.parquet' (format parquet)")
	case "snapshot_date":
		w.copySnapshots(out, snapshotsOf(rows))
	default:
		w.exec("copy filled to '" + out + "' (format parquet, partition_by (" + partition + "), filename_pattern 'part-0123456789abcdef0123456789abcde{i}', overwrite_or_ignore)")
	}
}

// filled makes a table named filled of rows, with the columns of a table of the lake; those that
// the rows do not have are null, or follow from others.
func (w *workshop) filled(table string, rows any) {
	w.t.Helper()
	text, err := json.Marshal(rows)
	if err != nil {
		w.t.Fatal(err)
	}
	structure, columns := columnsOf(reflect.TypeOf(rows).Elem())
	w.exec("create or replace temp table filled as select * from lake." + table)
	w.exec("create or replace temp table raw as select unnest(from_json(cast(? as json), '["+structure+"]'), max_depth := 2)", string(text))
	w.exec("insert into filled by name select " + columns + " from raw")
	switch table {
	case "events":
		w.exec("update filled set event_date = cast(event_time as date), event_id = nullif(event_id, '')")
	case "actions":
		w.exec("update filled set catalogue_date = '" + catalogueDay + "', source = 'refreshed'")
	}
}

// writeRollups writes those of the days of the events that were just written for which a
// condition holds, as their compaction does.
func (w *workshop) writeRollups(dir, condition string) {
	w.t.Helper()
	w.writeRollupsAs(dir, condition, "part-0123456789abcdef0123456789abcde{i}")
}

func (w *workshop) writeRollupsAs(dir, condition, name string) {
	w.t.Helper()
	w.exec(`copy (select event_date, role_id, role_arn, case when role_arn is null then coalesce(identity_account_id, recipient_account_id) end as account_id,
			role_session_name, identity_access_key_id as access_key_id, source_identity, session_created_at,
			min(event_time) as first_seen, max(event_time) as last_seen, min(event_time) filter (outcome <> 'denied') as first_done,
			max(event_time) filter (outcome <> 'denied') as last_done, max(event_time) filter (outcome = 'denied') as last_denied,
			count(*) as events, count(*) filter (outcome <> 'denied') as calls, count(*) filter (outcome = 'denied') as denied, count(*) filter (outcome = 'failed') as failed
		from filled where (role_id is not null or role_arn is not null) and ` + condition + `
		group by event_date, role_id, role_arn, case when role_arn is null then coalesce(identity_account_id, recipient_account_id) end,
			role_session_name, identity_access_key_id, source_identity, session_created_at, case when role_id is null then event_time end
		order by role_arn, role_id, role_session_name)
		to '` + dir + `/session_days' (format parquet, compression zstd, partition_by (event_date), filename_pattern '` + name + `', overwrite_or_ignore)`)
	w.exec(`copy (select event_date, role_id, role_arn, recipient_account_id, iam_action, iam_actions_possible, passed_role_arn,
			min(event_time) as first_seen, max(event_time) as last_seen, max(event_time) filter (outcome <> 'denied') as last_done,
			max(event_time) filter (outcome = 'denied') as last_denied, count(*) filter (outcome <> 'denied') as calls,
			coalesce(bool_or(not management_event), false) as has_data_events,
			coalesce(bool_or(management_event is null and outcome <> 'denied'), false) as has_unsorted_events
		from filled where ` + condition + `
		group by event_date, role_id, role_arn, recipient_account_id, iam_action, iam_actions_possible, passed_role_arn,
			case when role_id is null and role_arn is not null then event_time end)
		to '` + dir + `/uses' (format parquet, compression zstd, partition_by (event_date), filename_pattern '` + name + `', overwrite_or_ignore)`)
}

// snapshotsOf lists the dates of the snapshots that rows belong to, each with an
// account of it.
func snapshotsOf(rows any) map[string]string {
	found := map[string]string{}
	switch rows := rows.(type) {
	case []inventoryRole:
		for _, r := range rows {
			found[r.SnapshotDate] = r.AccountID
		}
	case []grantRow:
		for _, r := range rows {
			found[r.SnapshotDate] = r.AccountID
		}
	case []policyRow:
		for _, r := range rows {
			found[r.SnapshotDate] = r.AccountID
		}
	case []trailRow:
		for _, r := range rows {
			found[r.SnapshotDate] = r.AccountID
		}
	}
	return found
}

// copySnapshots names the files as ingest iam does, but puts all accounts of a day
// into one: a thousand files take minutes.
func (w *workshop) copySnapshots(out string, snapshots map[string]string) {
	for date, account := range snapshots {
		dir := filepath.Join(out, "snapshot_date="+date)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			w.t.Fatal(err)
		}
		w.exec("copy (select * exclude (snapshot_date) from filled where snapshot_date = '" + date + "') to '" +
			filepath.Join(dir, filepath.Base(out)+"-"+account+".parquet") + "' (format parquet)")
	}
}

// columnsOf gives the fields of a row struct as a structure of from_json, which parses a row once
// for all of them, and as columns of a table of the lake.
func columnsOf(row reflect.Type) (structure, columns string) {
	types := map[string]any{}
	var values []string
	for _, field := range reflect.VisibleFields(row) {
		name := field.Tag.Get("json")
		if name == "" || types[name] != nil {
			continue // of no column, or its own beside that of an embedded struct
		}
		types[name] = "VARCHAR"
		if field.Type == reflect.TypeFor[[]string]() {
			types[name] = []string{"VARCHAR"}
		}
		switch name {
		case "iam_actions_possible":
			values = append(values, "array_to_string(iam_actions_possible, ',') as iam_actions_possible")
		case "role_id", "snapshot_date": // may be left out
			values = append(values, "nullif("+name+", '') as "+name)
		default:
			values = append(values, name)
		}
	}
	text, _ := json.Marshal(types)
	return string(text), strings.Join(values, ", ")
}

// foundFiles lists what write made.
func foundFiles(t testing.TB, dir string) lakeFiles {
	t.Helper()
	f := lakeFiles{dir: dir, tables: lakeTables()}
	for i := range f.tables {
		if f.tables[i].part {
			continue
		}
		for _, pattern := range []string{".parquet", "/*.parquet", "/*/*.parquet"} {
			paths, err := filepath.Glob(filepath.Join(dir, f.tables[i].name+pattern))
			if err != nil {
				t.Fatal(err)
			}
			f.tables[i].paths = append(f.tables[i].paths, paths...)
		}
	}
	f.pairRollups()
	if err := f.loadBinds(); err != nil {
		t.Fatal(err)
	}
	return f
}

// openFiles opens an engine that is closed with the test. It has one thread if none are
// given: lakes of tests are small, and more threads take a quarter more of the processor.
func openFiles(t testing.TB, f lakeFiles, o Options) *duckEngine {
	t.Helper()
	o.Threads = cmp.Or(o.Threads, 1)
	e, err := openDuckDB(context.Background(), f, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// openEmpty opens an engine over an empty lake for statements that read no view: they do
// without the late views, which would be made for them, in case they list the views.
func openEmpty(t testing.TB, o Options) *duckEngine {
	t.Helper()
	e := openFiles(t, emptyLake(t), o)
	for _, name := range lateViews() {
		e.made[name] = true
	}
	return e
}

// keepSessions computes sessions and the views below them, as the reports do. To plan them
// over the files, as for readers, takes seven seconds of the processor:
// TestSessionsAgreeWithOracle does.
func keepSessions(t testing.TB, e *duckEngine) *duckEngine {
	t.Helper()
	q, err := findQuestion("last_used")
	if err == nil {
		err = e.makeViews(context.Background(), "sessions", q.Uses)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// all reads rows to the end.
func all(t testing.TB, rows Rows, err error) [][]any {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		out = append(out, slices.Clone(rows.Row()))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// madeNetworks are those of the addresses that made-up events come from.
var madeNetworks = map[string]string{
	"192.0.2.7": "192.0.2.0/24", "192.0.2.9": "192.0.2.0/24", "198.51.100.9": "198.51.100.0/24",
	"2001:db8::1": "2001:db8::/48", "2001:db8:1::1": "2001:db8:1::/48", "2001:db8:7::5": "2001:db8:7::/48",
	"lambda.amazonaws.com": "", "AWS Internal": "",
}

// from sets where the caller of an assumption was.
func (e *event) from(address *string) {
	e.SourceIP, e.Network = address, nil
	if address == nil {
		return
	}
	network, known := madeNetworks[*address]
	if !known {
		panic("no network is given for " + *address)
	}
	if network != "" {
		e.Network = &network
	}
}
