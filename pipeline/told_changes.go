package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"roletrail/cloudtrail"
	"roletrail/iam/difference"
	"roletrail/parquet"
	"roletrail/pipeline/alert"
)

// Telling says which role changes go into the outbox of the ledger, in the commit that
// brings them into the lake: of those that are news ([Options.RecentSince]), those that
// succeeded or were denied.
type Telling struct {
	// Webhooks are the names of those to be told, none for nobody.
	Webhooks []string
	// AtLeast is the least grave severity that is told.
	AtLeast string
}

// maxTold is how many changes a worker tells of one epoch. More come of an attack or a
// mistake, of which nobody reads so many messages.
const maxTold = 2000

// toldChanges are what a worker puts into the outbox.
type toldChanges struct {
	Telling
	grave    []string // severities that are told
	explains bool     // a change may turn out graver than its record shows
	identity cloudtrail.IdentityParser

	changes []toldChange
	minor   []toldChange // not grave enough by their records
	untold  int64        // beyond maxTold
}

// toldChange is a change that is to be told.
type toldChange struct {
	key    string
	change alert.Change
}

func newToldChanges(t Telling, explains bool) toldChanges {
	return toldChanges{Telling: t, grave: t.severities(), explains: explains}
}

// severities are those that are told.
func (t Telling) severities() []string {
	all := difference.Severities()
	return all[max(slices.Index(all, t.AtLeast), 0):]
}

func (t *toldChanges) reset() { t.changes, t.minor, t.untold = nil, nil, 0 }

// see takes in a change that is news, if it is to be told.
func (t *toldChanges) see(rec *cloudtrail.Record, kind RoleChange, r *rows, c *change) {
	isGrave := slices.Contains(t.grave, kind.Severity)
	switch {
	case len(t.Webhooks) == 0, kind.Outcome == string(cloudtrail.Failed), !isGrave && !t.explains:
	case isGrave && len(t.changes) >= maxTold:
		t.untold++
	case isGrave:
		t.changes = append(t.changes, toldChange{toldKey(rec), t.change(rec, kind, r, c).Cleaned()})
	case len(t.minor) < maxTold:
		t.minor = append(t.minor, toldChange{toldKey(rec), t.change(rec, kind, r, c).Cleaned()})
	}
}

// explained gives the changes the severity and summary that they have by what was before
// them, by their keys. Those that are not grave enough by that are not told.
func (t *toldChanges) explained(by map[string]explainedChange) {
	var told []toldChange
	for _, c := range slices.Concat(t.changes, t.minor) {
		if e, ok := by[c.key]; ok {
			c.change.Severity, c.change.Summary = e.severity, e.summary
			c.change.Difference, c.change.Automation = e.lines, e.automation
			c.change.RoleARNs = e.reach.AddTo(c.change.RoleARNs)
			c.change = c.change.Cleaned()
		}
		if slices.Contains(t.grave, c.change.Severity) {
			told = append(told, c)
		}
	}
	t.changes, t.minor = told[:min(len(told), maxTold)], nil
	t.untold += int64(len(told) - len(t.changes))
}

// gathering is how long changes by automation wait for more of the same run, which are told
// together: an apply goes on for minutes, and log files come in portions.
const gathering = 2 * time.Minute

// messages are those for the outbox, one for each webhook and change. lastUse says when a role
// acted last as far as is known, the zero time where nothing is.
func (t *toldChanges) messages(lastUse func(arn string) (time.Time, error)) (messages []parquet.Message, err error) {
	for _, c := range t.changes {
		if err := c.addLastUse(lastUse); err != nil {
			return nil, err
		}
		var due time.Time
		if c.change.Automation != "" {
			due = time.Now().Add(gathering)
		}
		body, err := json.Marshal(c.change)
		if err != nil {
			return nil, fmt.Errorf("telling of event %q: %w", c.change.EventID, err)
		}
		for _, webhook := range t.Webhooks {
			messages = append(messages, parquet.Message{Webhook: webhook, Key: c.key, EventTime: c.change.EventTime, Body: body, Due: due})
		}
	}
	return messages, nil
}

// addLastUse adds when one of the roles acted last.
func (c *toldChange) addLastUse(lastUse func(arn string) (time.Time, error)) error {
	for _, arn := range c.change.RoleARNs {
		at, err := lastUse(arn)
		if err != nil {
			return err
		}
		if day := at.Format(time.DateOnly); !at.IsZero() && day > c.change.LastUsed {
			c.change.LastUsed = day
		}
	}
	return nil
}

// change is what is told of a change.
func (t *toldChanges) change(rec *cloudtrail.Record, kind RoleChange, r *rows, c *change) alert.Change {
	var id cloudtrail.Identity
	t.identity.Parse(rec.UserIdentity, &id)
	told := alert.Change{
		EventID: string(rec.Text[cloudtrail.EventID]), EventTime: time.UnixMicro(rec.Time).UTC(), EventName: string(rec.Text[cloudtrail.EventName]),
		AccountID: kind.Account, AWSRegion: string(rec.Text[cloudtrail.AWSRegion]), Change: kind.Change, Severity: kind.Severity, Outcome: kind.Outcome,
		PolicyARN: r.changeText(c, dictChangePolicy), Summary: r.changeText(c, dictChangeSummary),
		SourceIPAddress: string(rec.Text[cloudtrail.SourceIPAddress]), UserAgent: string(rec.Text[cloudtrail.UserAgent]),
	}
	told.SourceIdentity = string(id.Text[cloudtrail.SourceIdentity])
	told.Through = string(cloudtrail.ToolOf(rec, &id))
	told.MFA = map[cloudtrail.Bool]string{cloudtrail.True: "yes", cloudtrail.False: "no"}[id.MFA]
	for _, code := range r.changes.rolesOf(c) {
		told.RoleARNs = append(told.RoleARNs, string(r.arena.bytes(r.changes.roles.values[code])))
	}
	for _, text := range []cloudtrail.IdentityText{cloudtrail.IdentityARN, cloudtrail.InvokedBy, cloudtrail.IdentityPrincipalID, cloudtrail.IdentityUserName, cloudtrail.IdentityType} {
		if told.Actor = string(id.Text[text]); told.Actor != "" {
			break
		}
	}
	return told
}

// toldKey tells changes apart in the outbox, as events are told apart in the lake.
func toldKey(rec *cloudtrail.Record) string {
	id, account := rec.Text[cloudtrail.EventID], rec.Text[cloudtrail.RecipientAccountID]
	if _, isGUID := keyOf(id, account); !isGUID {
		id = rec.Raw
	}
	return keyOfTold(id, account)
}

func keyOfTold(id, account []byte) string {
	sum := sha256.Sum256(slices.Concat(account, []byte{0}, id))
	return hex.EncodeToString(sum[:16])
}

// Outbox is the outbox of a lake's ledger, for package alert.
type Outbox struct{ Ledger *parquet.Ledger }

// Due implements [alert.Outbox].
func (o Outbox) Due(webhook string, now time.Time, most int) ([]alert.Entry, error) {
	messages, err := o.Ledger.Due(webhook, now, most)
	if err != nil {
		return nil, err
	}
	entries := make([]alert.Entry, len(messages))
	for i, m := range messages {
		entries[i] = alert.Entry{Key: m.Key, Tries: m.Tries}
		if err := json.Unmarshal(m.Body, &entries[i].Change); err != nil {
			return nil, fmt.Errorf("reading the outbox of the ledger: change %s: %w", m.Key, err)
		}
	}
	return entries, nil
}

// Settle implements [alert.Outbox].
func (o Outbox) Settle(webhook string, keys []string) error { return o.Ledger.Settle(webhook, keys) }

// Postpone implements [alert.Outbox].
func (o Outbox) Postpone(webhook string, keys []string, until time.Time) error {
	return o.Ledger.Postpone(webhook, keys, until)
}

// Waiting implements [alert.Outbox].
func (o Outbox) Waiting(webhook string) (n int, due time.Time, err error) {
	return o.Ledger.Waiting(webhook)
}
