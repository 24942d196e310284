package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"roletrail/iam/difference"
	"roletrail/iam/history"
	"roletrail/iam/reach"
	"roletrail/parquet"
)

// Explaining says how role changes that are news are held against what was before them, as
// [RememberDocuments] keeps it, in the commit that brings them into the lake: counts and
// messages have the severity of the difference.
type Explaining struct {
	// Accounts are one's own beside those of which the lake has inventories or trails.
	Accounts []string
	// Automation, if set, names the known automation that one of the actors is, empty for
	// others: its changes are one severity lower.
	Automation func(actors ...string) string
	// Watched, if set, says what the configuration calls a role that it watches, empty for others: what takes
	// something away from it is one severity higher.
	Watched func(name, arn string) string
	// Most is how many changes of a commit are held against what was before them; 0 means
	// 10,000. Of others, which come of an attack or a mistake, the record tells.
	Most int
}

const mostExplained = 10_000

// explainedChange is what is told of a change.
type explainedChange struct {
	severity, summary string
	lines             []string // of the difference, the first ones
	reach             *reach.Reach
	automation        string // that made it
}

// toldLines is how many lines of a difference are told.
const toldLines = 5

// explain explains the news that the workers found, which lie in files that are durable and
// do not count yet. Without news, or when ctx ends, all stays as the records show it.
func (r *run) explain(ctx context.Context, workers []*worker) error {
	news := 0
	for _, w := range workers {
		news += len(w.changes.Recent)
	}
	if r.options.Explaining == nil || news == 0 {
		return nil
	}
	x := &explaining{run: r}
	err := x.remember(ctx, workers)
	if err == nil {
		err = x.explain(ctx, workers)
	}
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("holding changes of roles against what was before them: %w", err)
	}
	for i, w := range workers {
		x.counted[i].Untold = w.changes.Untold
		w.changes = x.counted[i]
		w.told.explained(x.by)
	}
	return nil
}

// explaining is the news of a commit being explained.
type explaining struct {
	run     *run
	counted []RoleChanges // anew, by worker
	*explainer
}

// remember keeps what the lake and then the files of the workers tell of documents: of what
// is in one commit no part comes first.
func (x *explaining) remember(ctx context.Context, workers []*worker) error {
	lake := x.run.lake
	if err := RememberDocuments(ctx, lake); err != nil {
		return err
	}
	for _, w := range workers {
		for _, f := range w.out.files {
			if err := rememberFile(ctx, lake, parquet.DataFile{Name: f.Path, Path: x.run.path(f.Path)}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *explaining) explain(ctx context.Context, workers []*worker) error {
	own, err := ownAccounts(x.run.lake, x.run.options.Explaining.Accounts)
	if err != nil {
		return err
	}
	x.explainer = newExplainer(x.run.options.Explaining, x.run.options.RecentSince)
	x.own = func(account string) bool { return own[account] }
	x.memoryOf = func(*foundChange) (reach.Memory, error) { return x.run.lake.Ledger(), nil }
	if x.run.options.Unusual != nil {
		x.lastUse = lastUseOf(ledgerUse(x.run.lake), workers...)
	}
	var reached *reach.Inventory
	x.inventory = func(*foundChange) (*reach.Inventory, error) {
		if reached == nil {
			reached, err = reachable(x.run.lake)
		}
		return reached, err
	}
	for _, w := range workers {
		var paths []string
		for _, f := range w.out.files {
			paths = append(paths, x.run.path(f.Path))
		}
		counted, err := x.files(ctx, paths)
		if err != nil {
			return err
		}
		x.counted = append(x.counted, counted)
	}
	return nil
}

// explainer holds changes that are news against what was before them.
type explainer struct {
	options   *Explaining
	since     time.Time // of news
	own       difference.Own
	memoryOf  func(*foundChange) (reach.Memory, error)
	inventory func(*foundChange) (*reach.Inventory, error) // by which it is found whom a change reaches
	caveat    func(*foundChange) string                    // what to add to an explanation; nil for nothing
	lastUse   func(arn string) (time.Time, error)          // when a role acted last; nil where nobody knows
	by        map[string]explainedChange                   // by the key that the outbox has
	left      int                                          // how many may still be explained
}

func newExplainer(options *Explaining, since time.Time) *explainer {
	return &explainer{options: options, since: since, by: map[string]explainedChange{}, left: cmp.Or(options.Most, mostExplained)}
}

// files explains the news in files of events, and counts all changes in them anew.
func (x *explainer) files(ctx context.Context, paths []string) (RoleChanges, error) {
	counted := newRoleChanges()
	for _, path := range paths {
		err := eachDocumentChange(ctx, path, func(c *foundChange) error {
			err := x.one(c)
			counted.see(c.kind, c.Time, x.since)
			return err
		})
		if err != nil {
			return counted, err
		}
	}
	return counted, nil
}

// one explains a change that is news.
func (x *explainer) one(c *foundChange) error {
	if c.Time.Before(x.since) {
		return nil
	}
	told := explainedChange{severity: c.kind.Severity, summary: c.summary}
	if x.left > 0 && (c.explainable || reach.Reaches(c.Kind)) {
		x.left--
		if err := x.against(c, &told); err != nil {
			return err
		}
	}
	if c.Succeeded {
		var why string
		if told.severity, why = difference.OfLoss(c.Kind, told.severity, c.roles, x.options.Watched); why != "" {
			told.summary += "; " + why
		}
		if err := x.addLastUse(c, &told); err != nil {
			return err
		}
	}
	if automation := x.options.Automation; automation != nil {
		if name := automation(c.actors...); name != "" {
			told.severity, told.summary, told.automation = difference.Lower(told.severity), told.summary+" (by "+name+")", name
		}
	}
	c.kind.Severity = told.severity
	x.by[keyOfTold([]byte(c.ID), []byte(c.AccountID))] = told
	return nil
}

// addLastUse adds when a role had acted last that was deleted. What acted before it was made was another role of
// its name (P36).
func (x *explainer) addLastUse(c *foundChange, told *explainedChange) error {
	if x.lastUse == nil || c.Kind != "role_deleted" {
		return nil
	}
	memory, err := x.memoryOf(c)
	if err != nil {
		return err
	}
	since, err := history.MadeSince(memory, &c.Change.Change)
	if err != nil {
		return err
	}
	for _, role := range c.roles {
		at, err := x.lastUse(role)
		if err != nil {
			return err
		}
		if why := difference.LastUse(c.Kind, c.Time, at); why != "" && !at.Before(since) {
			told.summary += "; " + why
		}
	}
	return nil
}

// against holds a change against what was before it, and finds whom it reaches.
func (x *explainer) against(c *foundChange, told *explainedChange) error {
	memory, err := x.memoryOf(c)
	if err != nil {
		return err
	}
	if c.explainable {
		e := history.Explainer{Judge: difference.Embedded(), Memory: memory, Own: x.own}
		d, err := e.Explain(&c.Change.Change)
		if err != nil {
			return err
		}
		if d != nil && d.Severity != nil {
			told.severity = d.Severity.String()
		}
		if d != nil {
			told.summary, told.lines = d.Summarise(c.summary), d.Changed(toldLines)
		}
		if d != nil && x.caveat != nil {
			told.summary += x.caveat(c)
		}
	}
	if !reach.Reaches(c.Kind) {
		return nil
	}
	inventory, err := x.inventory(c)
	if err != nil {
		return err
	}
	finder := reach.Finder{Inventory: inventory, Memory: memory}
	found, err := finder.Find(&c.Change)
	if err != nil || found == nil {
		return err
	}
	told.reach, told.summary = found, found.Summarise(told.summary)
	return nil
}

// ownAccounts are the accounts that are no strangers (design 9.20).
func ownAccounts(lake *parquet.Lake, known []string) (map[string]bool, error) {
	own := map[string]bool{}
	for _, account := range known {
		own[account] = true
	}
	tables := []string{parquet.RolesSchema.Table, parquet.TrailsSchema.Table}
	files, err := lake.FilesOf(tables...)
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		for _, f := range files[table] {
			own[f.Account] = true
		}
	}
	return own, nil
}
