package queries

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	actions "roletrail/iam/action"
)

// Meta says what the answers rest on.
func (e *duckEngine) Meta(ctx context.Context, p Params) (Meta, error) {
	return describe(ctx, e, "duckdb "+e.version, p)
}

// describe says what the answers of an engine rest on. version is its name and version.
func describe(ctx context.Context, e Engine, version string, p Params) (Meta, error) {
	m := Meta{Since: p.Since.UTC(), Until: p.Until.UTC(), Inventory: []MetaSnapshot{}, InventoryDate: p.InventoryDate, Trails: []MetaTrail{}}
	m.Catalogue = &MetaCatalogue{Date: actions.Embedded().Date(), Source: "embedded"}
	m.Coverage.Thin, m.Coverage.WithoutInventory = []string{}, []string{}
	m.Versions = MetaVersions{Roletrail: buildVersion(), Engine: version}
	for _, part := range []struct {
		question string
		add      func(row []any)
	}{
		{"meta_coverage", m.Coverage.add},
		{"meta_inventory", m.addSnapshot},
		{"meta_changes", m.addChanges},
		{"meta_catalogue", m.setCatalogue},
		{"meta_trails", m.addTrail},
		{"meta_versions", m.addDerivation},
	} {
		if part.question == "meta_changes" && !p.GrantAges && !slices.ContainsFunc(m.Inventory, MetaSnapshot.fromLogs) {
			continue // it reads the events of all days, and has nothing to tell
		}
		if err := eachRow(ctx, e, part.question, p, part.add); err != nil {
			return Meta{}, fmt.Errorf("describing the answers: %w", err)
		}
	}
	m.Coverage.WithoutInventory = slices.DeleteFunc(m.Coverage.WithoutInventory, m.hasSnapshot)
	return m, nil
}

// eachRow runs a question and hands over its rows.
func eachRow(ctx context.Context, e Engine, name string, p Params, add func(row []any)) error {
	rows, err := e.Run(ctx, name, p)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		add(rows.Row())
	}
	return rows.Err()
}

// add sums one account of meta_coverage. Those with events count as without an
// inventory until the snapshots are known.
func (c *MetaCoverage) add(row []any) {
	c.Accounts++
	if t, ok := row[1].(time.Time); ok && (c.FirstEvent == nil || t.Before(*c.FirstEvent)) {
		c.FirstEvent = &t
	}
	if t, ok := row[2].(time.Time); ok && (c.LastEvent == nil || t.After(*c.LastEvent)) {
		c.LastEvent = &t
	}
	c.DaysPresent += int(row[3].(int64))
	c.DaysMissing += int(row[4].(int64))
	c.Events += row[5].(int64)
	if account, ok := row[0].(string); ok && row[6].(bool) {
		c.Thin = append(c.Thin, account)
	}
	if account, ok := row[0].(string); ok && row[1] != nil {
		c.WithoutInventory = append(c.WithoutInventory, account)
	}
}

func (m *Meta) hasSnapshot(account string) bool {
	return slices.ContainsFunc(m.Inventory, func(s MetaSnapshot) bool { return s.AccountID == account })
}

func (m *Meta) addSnapshot(row []any) {
	account, _ := row[0].(string)
	origin, _ := row[3].(string)
	m.Inventory = append(m.Inventory, MetaSnapshot{AccountID: account, Date: row[1].(time.Time), Roles: int(row[2].(int64)), Origin: origin})
}

func (s MetaSnapshot) fromLogs() bool { return s.Origin == "logs" }

func (m *Meta) addChanges(row []any) {
	for i := range m.Inventory {
		if m.Inventory[i].AccountID == row[0] {
			m.Inventory[i].ChangesUnseen = row[1].(int64)
		}
	}
}

func (m *Meta) addTrail(row []any) {
	arn, _ := row[0].(string)
	account, _ := row[1].(string)
	m.Trails = append(m.Trails, MetaTrail{ARN: arn, AccountID: account, Organization: row[2].(bool), Date: row[3].(time.Time)})
}

// setCatalogue takes the lake's catalogue for the built-in one.
func (m *Meta) setCatalogue(row []any) {
	source, _ := row[1].(string)
	m.Catalogue = &MetaCatalogue{Date: row[0].(time.Time), Source: source}
}

func (m *Meta) addDerivation(row []any) {
	if v, ok := row[0].(int64); ok {
		m.Versions.Derivation = int(v)
	}
}

// buildVersion is the module's version as the Go tool knows it, "(devel)" for a
// build from a working copy.
func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
