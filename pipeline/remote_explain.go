package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"roletrail/iam"
	"roletrail/iam/history"
	"roletrail/iam/reach"
	"roletrail/parquet"
)

// explain holds the news of log files, which lie in files here that a worker made and that are not stored yet, against
// what was before them, and remembers what all their changes tell. Explained is nil if none is news.
func (m *RemoteMemory) explain(ctx context.Context, options *Explaining, since time.Time, paths []string, w *worker) (explained *explainer, counted RoleChanges, err error) {
	facts, hasNews, err := factsOf(ctx, paths, since)
	if err != nil {
		return nil, counted, err
	}
	x := &remoteExplaining{
		explainer: newExplainer(options, since), memory: m, ctx: ctx, questions: m.questions(ctx), accounts: map[string]*rememberedAccount{},
	}
	x.lastUse = lastUseOf(m.lastUse(ctx), w)
	x.own, x.memoryOf, x.inventory, x.caveat = x.questions.isOwn(options.Accounts), x.before, x.reached, x.unknown
	for account, told := range facts {
		if !iam.IsAccountID(account) {
			continue
		}
		if !hasNews {
			if err := m.learnDocuments(ctx, account, told); err != nil {
				return nil, counted, err
			}
			continue
		}
		d, err := m.documentsOf(ctx, account, told)
		if err != nil {
			return nil, counted, err
		}
		x.accounts[account] = &rememberedAccount{documents: d}
	}
	if !hasNews {
		return nil, counted, nil
	}
	counted, err = x.files(ctx, paths)
	return x.explainer, counted, errors.Join(err, x.questions.err)
}

// factsOf are what the changes in files tell, by account, and whether one of them is news.
func factsOf(ctx context.Context, paths []string, since time.Time) (facts map[string][]history.Fact, hasNews bool, err error) {
	facts = map[string][]history.Fact{}
	for _, path := range paths {
		err := eachDocumentChange(ctx, path, func(c *foundChange) error {
			if told := c.facts(); len(told) > 0 {
				facts[c.AccountID] = append(facts[c.AccountID], told...)
			}
			hasNews = hasNews || !c.Time.Before(since)
			return nil
		})
		if err != nil {
			return nil, false, err
		}
	}
	return facts, hasNews, nil
}

// remoteExplaining is the news of a log file being explained.
type remoteExplaining struct {
	*explainer
	memory    *RemoteMemory
	ctx       context.Context
	questions *snapshotQuestions
	accounts  map[string]*rememberedAccount
}

// rememberedAccount is what is known of an account from before its changes.
type rememberedAccount struct {
	*documents
	inventories *history.InMemory // what they tell; nil until they are read
	reached     *reach.Inventory  // likewise
	dated       time.Time         // moment of the newest inventory that the change at hand was held against
}

func (x *remoteExplaining) of(account string) (a *rememberedAccount, err error) {
	if a = x.accounts[account]; a == nil {
		a = &rememberedAccount{documents: newDocuments()}
		if iam.IsAccountID(account) { // whose changes in this log file tell nothing of their own
			a.documents, err = x.memory.documentsOf(x.ctx, account, nil)
		}
		x.accounts[account] = a
	}
	return a, err
}

// before is what was before a change: what earlier ones told, and inventories.
func (x *remoteExplaining) before(c *foundChange) (reach.Memory, error) {
	a, err := x.of(c.AccountID)
	if err != nil {
		return nil, err
	}
	if a.inventories == nil {
		if a.inventories, err = x.told(c.AccountID); err != nil {
			return nil, err
		}
	}
	a.dated = time.Time{}
	return a, nil
}

// Around implements [history.Memory].
func (a *rememberedAccount) Around(subject string, m history.Moment) (before, after *history.Fact, err error) {
	before, after, err = history.Both{a.Facts, a.inventories}.Around(subject, m)
	if before != nil && before.Event == "" && before.Text != "" && before.At.After(a.dated) {
		a.dated = before.At
	}
	return before, after, err
}

// AroundGroup implements [reach.Memory], by changes alone: inventories tell of no group.
func (a *rememberedAccount) AroundGroup(group string, m history.Moment, most int) ([]history.Fact, error) {
	return a.Facts.AroundGroup(group, m, most)
}

// inventoriesRead is how many: the newest may have been taken after a change.
const inventoriesRead = 2

// told is what the newest inventories of an account tell of documents.
func (x *remoteExplaining) told(account string) (*history.InMemory, error) {
	facts, tables := history.NewInMemory(), []string{parquet.RolesSchema.Table, parquet.PoliciesSchema.Table}
	err := x.memory.snapshots.read(x.ctx, account, inventoriesRead, tables, func(files map[string][]parquet.DataFile) error {
		for _, f := range slices.Concat(files[tables[0]], files[tables[1]]) {
			err := eachFacts(x.ctx, f, func(told []history.Fact) error { facts.Put(told...); return nil })
			if err != nil {
				return fmt.Errorf("looking for documents of roles in %q: %w", f.Name, err)
			}
		}
		return nil
	})
	return facts, err
}

// unknown says of which days changes are missing between an inventory that a change was held against and
// the first change that is remembered.
func (x *remoteExplaining) unknown(c *foundChange) string {
	a := x.accounts[c.AccountID]
	if from := a.dated; !from.IsZero() && from.Before(a.Since) {
		return fmt.Sprintf("; changes between %s and %s are unknown", from.Format(time.DateOnly), a.Since.Format(time.DateOnly))
	}
	return ""
}

// reached is by what roles of the account are reached, or of all accounts where the change may reach
// others.
func (x *remoteExplaining) reached(c *foundChange) (*reach.Inventory, error) {
	account := c.AccountID
	if c.Source != iamSource && c.Kind != "roles_anywhere_changed" {
		account = "" // Identity Center and the organisation
	}
	a, err := x.of(account)
	if err == nil && a.reached == nil {
		if a.reached, err = x.memory.snapshots.reachable(x.ctx, account); err != nil {
			return nil, err
		}
	}
	return a.reached, err
}
