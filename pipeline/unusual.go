package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"roletrail/iam/policy"
	"roletrail/parquet"
	"roletrail/pipeline/alert"
	"roletrail/pipeline/unusual"
)

// Unusual says how unusual access is found among the events that are new to a lake, in the
// commit that takes them in. It is kept between runs; the zero value watches no role.
type Unusual struct {
	// Accounts are one's own beside those of which the lake has logs, inventories or trails.
	Accounts []string
	// Automation, if set, names the known automation that one of the actors is, empty for
	// others: what it does is one severity lower.
	Automation func(actors ...string) string
	// Watched, if set, says what the configuration calls a role that it watches
	// ([unusual.Influential] or [unusual.BreakGlass]), empty for others.
	Watched func(name, arn string) string

	privileged map[string]bool // roles, by key
	inventory  string          // of which that was read
	remembered unusual.Remembered
	run        string      // the newest, after which that holds
	observers  []*observer // by worker: what they know of roles holds as long
}

// observer is that of a worker, of events of which those since a moment are news.
func (u *Unusual) observer(worker int, since time.Time) *observer {
	for worker >= len(u.observers) {
		u.observers = append(u.observers, newObserver(since, u))
	}
	u.observers[worker].begin(since)
	return u.observers[worker]
}

// begin begins a run. What an earlier run left here holds if nobody else has written to the
// lake since.
func (u *Unusual) begin(lake *parquet.Lake, begin func() error) error {
	newest, err := lake.Ledger().NewestRun()
	if err != nil {
		return err
	}
	if newest == "" || newest != u.run {
		u.remembered, u.observers = unusual.Remembered{}, nil
	}
	if err := u.readPrivileged(lake); err != nil {
		return err
	}
	if err := begin(); err != nil {
		return err
	}
	u.run, err = lake.Ledger().NewestRun()
	return err
}

// UnusualAccess counts what was found unusual.
type UnusualAccess struct {
	// Found counts by kind of finding, in the place of that of a change.
	Found RoleChanges
	// Unobserved counts what was not looked at because there was too much of it, and
	// Forgotten what is not remembered any more for the same reason.
	Unobserved, Forgotten int64
}

func (u *UnusualAccess) add(other *UnusualAccess) {
	u.Found.add(&other.Found)
	u.Unobserved += other.Unobserved
	u.Forgotten += other.Forgotten
}

// unusualNews is what a commit is about beside its events.
type unusualNews struct {
	counted   UnusualAccess
	sightings *parquet.Sightings
	messages  []parquet.Message
}

// judgeAccess finds what is unusual in what the workers observed. Nothing of it counts
// before the commit.
func (r *run) judgeAccess(ctx context.Context, workers []*worker) (news unusualNews, err error) {
	u := r.options.Unusual
	if u == nil {
		return news, nil
	}
	all := unusual.NewObservations(r.options.RecentSince.UTC())
	for _, w := range workers {
		all.Add(w.observer.Observations)
	}
	if all.HasNews() {
		if err := u.learn(ctx, r.lake, all.Since.Add(-unusual.Lasting)); err != nil {
			return news, stopped(ctx, err)
		}
	}
	judge, err := u.judge(r.lake)
	if err != nil {
		return news, err
	}
	findings, sightings, err := judge.Judge(all)
	if err != nil {
		return news, fmt.Errorf("looking for unusual access: %w", err)
	}
	news.sightings = &sightings
	news.counted = UnusualAccess{Found: newRoleChanges(), Unobserved: all.Unobserved}
	for _, f := range findings {
		news.counted.Found.see(RoleChange{Account: f.Account, Change: f.Kind, Severity: f.Severity.String(), Outcome: f.Outcome}, f.At, r.options.RecentSince)
	}
	news.messages, news.counted.Found.Untold, err = r.options.Telling.findings(findings)
	return news, err
}

// lastUse says when roles acted last, to the day: before the commit, as the ledger remembers
// it, or in it.
func (n *unusualNews) lastUse(lake *parquet.Lake) func(arn string) (time.Time, error) {
	if n.sightings == nil {
		return func(string) (time.Time, error) { return time.Time{}, nil }
	}
	var now map[string]time.Time // of this commit, by key
	return func(arn string) (time.Time, error) {
		if now == nil {
			now = map[string]time.Time{}
			for _, s := range n.sightings.Seen {
				if s.Kind == unusual.OfRole {
					now[string(s.Key)] = s.Last
				}
			}
		}
		last, err := ledgerUse(lake)(arn)
		if key := unusual.Key(unusual.RoleKey(arn)); now[string(key)].After(last) {
			return now[string(key)], err
		}
		return last, err
	}
}

// ledgerUse says when roles acted last, to the day, as the ledger remembers it.
func ledgerUse(lake *parquet.Lake) func(arn string) (time.Time, error) {
	return func(arn string) (time.Time, error) {
		s, _, err := lake.Ledger().Seen(unusual.OfRole, unusual.Key(unusual.RoleKey(arn)))
		return s.Last, err
	}
}

// lastUseOf says when roles acted last, by what is remembered and by what workers have observed and is not remembered yet.
func lastUseOf(remembered func(arn string) (time.Time, error), workers ...*worker) func(arn string) (time.Time, error) {
	return func(arn string) (time.Time, error) {
		last, err := remembered(arn)
		for _, w := range workers {
			if at := w.observer.LastUsed(unusual.RoleKey(arn)); at.After(last) {
				last = at
			}
		}
		return last, err
	}
}

func (u *Unusual) judge(lake *parquet.Lake) (*unusual.Judge, error) {
	own, err := ownAccounts(lake, u.Accounts)
	if err != nil {
		return nil, err
	}
	return &unusual.Judge{
		Memory: lake.Ledger(), Own: func(account string) bool { return own[account] }, Automation: u.Automation, Remembered: &u.remembered,
	}, nil
}

var privilegeColumns = parquet.RolesSchema.Only("arn", "privilege")

// readPrivileged reads which roles are privileged by the newest inventory of each account,
// unless it was read.
func (u *Unusual) readPrivileged(lake *parquet.Lake) error {
	files, err := lake.Files(parquet.RolesSchema.Table)
	if err != nil {
		return err
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	inventory := strings.Join(names, "\n")
	if u.privileged != nil && inventory == u.inventory {
		return nil
	}
	u.privileged, err = privilegedRoles(files)
	u.inventory, u.observers = inventory, nil
	return err
}

func (u *Unusual) isPrivileged(key string) bool { return u.privileged[key] }

// privilegedRoles are those of the newest inventory of each account, by their keys.
func privilegedRoles(files []parquet.DataFile) (map[string]bool, error) {
	newest, privileged := newestSnapshots(files), map[string]bool{}
	for _, f := range files {
		if f.Partition != newest[f.Account] {
			continue
		}
		err := parquet.EachRow(f.Path, privilegeColumns, func(row []any) error {
			if p := policy.Privilege(textOf(row[1])); p == policy.Admin || p == policy.Permissions {
				privileged[unusual.RoleKey(textOf(row[0]))] = true
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("reading which roles are privileged: %w", err)
		}
	}
	return privileged, nil
}

// findings are the messages about findings that are grave enough, and how many of these are
// too many to be told.
func (t Telling) findings(findings []unusual.Finding) (messages []parquet.Message, untold int64, err error) {
	if len(t.Webhooks) == 0 {
		return nil, 0, nil
	}
	grave := t.severities()
	told := 0
	for _, f := range findings {
		if !slices.Contains(grave, f.Severity.String()) {
			continue
		}
		if told++; told > maxTold {
			untold++
			continue
		}
		body, err := json.Marshal(toldFinding(f))
		if err != nil {
			return nil, 0, fmt.Errorf("telling of event %q: %w", f.EventID, err)
		}
		for _, webhook := range t.Webhooks {
			messages = append(messages, parquet.Message{Webhook: webhook, Key: f.Key, EventTime: f.At, Body: body})
		}
	}
	return messages, untold, nil
}

// toldFinding is what is told of a finding.
func toldFinding(f unusual.Finding) alert.Change {
	c := alert.Change{
		EventID: f.EventID, EventTime: f.At, EventName: f.EventName, AccountID: f.Account, AWSRegion: f.Region, Finding: f.Kind, Severity: f.Severity.String(),
		Outcome: f.Outcome, Actor: f.Actor, SourceIPAddress: f.Address, UserAgent: f.UserAgent, Summary: f.Summary,
	}
	if f.Role != "" {
		c.RoleARNs = []string{f.Role}
	}
	return c.Cleaned()
}

// learn remembers what the files of the lake show that nobody took it of yet: all of them the
// first time, and after a repair of the ledger. Older ones than since tell of no habit.
func (u *Unusual) learn(ctx context.Context, lake *parquet.Lake, since time.Time) error {
	files, err := lake.Unlearnt()
	if err != nil || len(files) == 0 {
		return err
	}
	if err := lake.ForgetLearnt(); err != nil {
		return err
	}
	for len(files) > 0 {
		day := files[0].Partition
		n := slices.IndexFunc(files, func(f parquet.DataFile) bool { return f.Partition != day })
		if n < 0 {
			n = len(files)
		}
		var seen parquet.Sightings
		if day >= since.UTC().Format(time.DateOnly) {
			if seen, err = u.observeFiles(ctx, lake, day, files[:n]); err != nil {
				return err
			}
		}
		if err := lake.Learn(&seen, files[:n]...); err != nil {
			return err
		}
		files = files[n:]
	}
	return nil
}
