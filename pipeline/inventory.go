package pipeline

import (
	"context"
	"errors"
	"time"

	"roletrail/iam/inventory"
	"roletrail/iam/trust"
	"roletrail/parquet"
)

// InventoryOptions say how an inventory is taken.
type InventoryOptions struct {
	// At is the moment that the inventory describes (design 9.14).
	At time.Time
	// Control are the control policies of the organisation by level, if they are
	// known.
	Control [][]inventory.ControlPolicy
	// Version is the program's, for the ledger.
	Version string
	// Warn is told of what does not keep the inventory from counting: files in whose
	// place it came are still on the disk. Where it is nil that is an error.
	Warn func(error)
	// Step, if set, is told how far it is, see [Step].
	Step Step
}

// Step is told what is done and how many of how many are behind: files of events that are
// searched for changes of roles, or roles of which is written what they may do.
type Step func(what string, done, of int)

// at is for a Step that may be nil.
func (s Step) at(what string, done, of int) {
	if s != nil {
		s(what, done, of)
	}
}

// IngestInventory writes an inventory into the lake: of each table one file per
// account, which takes the place of one of the same day. It returns what the
// inventory leaves open beside its own problems.
//
// The events of the lake tell since when roles have their policies, as far as they are
// there (design 9.11). An inventory takes the place of all that was replayed of its
// accounts, see [ReplayLogs].
//
// All of it counts afterwards, or nothing: when ctx ends before, the error is
// [ErrNotTaken].
func IngestInventory(ctx context.Context, lake *parquet.Lake, inv *inventory.Inventory, options InventoryOptions) (open []inventory.Problem, err error) {
	if err := inv.CheckComplete(); err != nil {
		return nil, err
	}
	if err := keepCatalogue(lake, options.Version); err != nil {
		return nil, err
	}
	catalogue, err := LoadCatalogue(lake)
	if err != nil {
		return nil, err
	}
	run, err := lake.Ledger().Begin(options.Version)
	if err != nil {
		return nil, err
	}
	w := &inventoryWriter{snapshotWriter{lake: lake, run: run, warn: options.Warn}}
	defer func() { err = errors.Join(notTaken(ctx, err), w.abort()) }()
	judge := inventory.NewJudge(inv, catalogue, options.Control)
	if err := w.write(ctx, inv, judge, options); err != nil {
		return nil, err
	}
	return judge.Problems(), w.complete()
}

// inventoryWriter writes the snapshots of an inventory.
type inventoryWriter struct{ snapshotWriter }

// write writes the snapshots of all accounts of an inventory.
func (w *inventoryWriter) write(ctx context.Context, inv *inventory.Inventory, judge *inventory.Judge, options InventoryOptions) error {
	if inv.Origin == inventory.FromIAM {
		logs := inventory.NewReplayer()
		if err := eachDayOfChanges(ctx, w.lake, options.At, options.Step, logs.Take); err != nil {
			return err
		}
		inv.DateGrants(logs.Inventory(nil))
	}
	for _, account := range inv.Accounts {
		if err := w.writeAccount(ctx, inv, judge, account, options); err != nil {
			return err
		}
	}
	return w.replace(inv, options.At)
}

// replace finds what the snapshots take the place of: those of their day, and all
// that was replayed of accounts of which an inventory comes now. It knows better,
// whatever its date, and of an account the lake holds inventories or replays, never
// both.
func (w *inventoryWriter) replace(inv *inventory.Inventory, at time.Time) error {
	known, err := readSnapshots(w.lake)
	if err != nil {
		return err
	}
	day := at.UTC().Truncate(24 * time.Hour)
	for _, account := range inv.Accounts {
		for of, snapshot := range known[account] {
			if of.Equal(day) || inv.Origin == inventory.FromIAM && snapshot.origin == inventory.FromLogs {
				w.removed = append(w.removed, snapshot.files...)
			}
		}
	}
	return nil
}

// accountFiles are the files of one account, being written.
type accountFiles struct {
	at      time.Time
	origin  inventory.Origin
	changes int64 // that the inventory was made of or dated by

	roles, permissions, trust, conditions, policies *table

	granted permissionRows // not yet written to permissions
}

// writeAccount writes one account's files. An account without roles gets files
// without rows, which say that there are none.
func (w *inventoryWriter) writeAccount(ctx context.Context, inv *inventory.Inventory, judge *inventory.Judge, account string, options InventoryOptions) error {
	f := &accountFiles{at: options.At.UTC(), origin: inv.Origin, changes: int64(inv.Changes[account])}
	id := newID()
	for _, part := range []struct {
		table  **table
		schema *parquet.Schema
	}{
		{&f.roles, parquet.RolesSchema},
		{&f.permissions, parquet.RolePermissionsSchema},
		{&f.trust, parquet.RoleTrustSchema},
		{&f.conditions, parquet.RoleTrustConditionsSchema},
		{&f.policies, parquet.PoliciesSchema},
	} {
		t, err := w.create(parquet.SnapshotPath(part.schema, f.at, account, id), part.schema)
		if err != nil {
			return err
		}
		t.meta[originKey] = string(inv.Origin)
		*part.table = t
	}
	if err := f.fill(ctx, inv, judge, account, options.Step); err != nil {
		return err
	}
	for _, t := range []*table{f.roles, f.permissions, f.trust, f.conditions, f.policies} {
		if err := t.seal(); err != nil {
			return err
		}
	}
	return nil
}

// fill adds the rows of an account. The roles of an inventory are ordered by ARN, and
// so are the rows.
func (f *accountFiles) fill(ctx context.Context, inv *inventory.Inventory, judge *inventory.Judge, account string, step Step) error {
	for i := range inv.Roles {
		role := &inv.Roles[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		if role.AccountID != account {
			continue
		}
		step.at("writing roles", i, len(inv.Roles))
		judgement := judge.Role(role)
		for _, add := range []func() error{
			func() error { return f.addRole(role, judgement) },
			func() error { return f.granted.add(f.permissions, role, judgement, f.at.UnixMicro()) },
			func() error { return f.addTrust(role) },
		} {
			if err := add(); err != nil {
				return err
			}
		}
	}
	if err := f.granted.flush(f.permissions); err != nil {
		return err
	}
	for _, p := range judge.PoliciesOf(account) {
		err := f.policies.add(account, textOrNull(p.ARN), textOrNull(p.Name), string(p.Kind), textOrNull(p.Role), textOrNull(p.VersionID),
			timeOrNull(p.CreatedAt), textOrNull(p.Document), f.at)
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *accountFiles) addRole(role *inventory.Role, judgement *inventory.Judgement) error {
	return f.roles.add(role.ARN, textOrNull(role.RoleID), role.AccountID, role.Name, role.Path, timeOrNull(role.CreatedAt),
		string(role.Kind), textOrNull(string(judgement.Privilege)), textOrNull(judgement.Path), secondsOrNull(role.MaxSession), textOrNull(role.Boundary), attachedOrNull(role), judgement.UnreadPolicies(),
		textOrNull(role.Tags), textOrNull(role.TrustPolicy), timeOrNull(role.LastUsed), textOrNull(role.LastUsedRegion), string(f.origin), f.changes, f.at)
}

// addTrust adds what can be read of the role's trust policy. What cannot is a problem
// of the inventory, which named it when it was read.
func (f *accountFiles) addTrust(role *inventory.Role) error {
	policy, _ := trust.Parse(role.TrustPolicy)
	if role.TrustUnread {
		policy = trust.Unread()
	}
	for _, r := range policy.Rows {
		err := f.trust.add(role.AccountID, role.ARN, textOrNull(role.RoleID), r.Statement, textOrNull(r.Sid), r.Effect, textOrNull(r.PrincipalType),
			textOrNull(r.Principal), r.Negated, string(r.PrincipalKind), textOrNull(r.PrincipalAccount), textOrNull(r.PrincipalKey), r.Actions,
			textOrNull(r.Conditions), f.at)
		if err != nil {
			return err
		}
	}
	for _, c := range policy.Conditions {
		err := f.conditions.add(role.AccountID, role.ARN, textOrNull(role.RoleID), c.Statement, c.Key, c.Operator, textOrNull(c.Quantifier), c.IfExists, c.Negated,
			textOrNull(c.Pattern), c.Exact, c.Values, f.at)
		if err != nil {
			return err
		}
	}
	return nil
}

// attachedOrNull is a list only if it is whole: what is missing may deny.
func attachedOrNull(r *inventory.Role) any {
	if attached, listed := r.AttachedPolicies(); listed {
		return attached
	}
	return nil
}

func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func secondsOrNull(n int32) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}
