package pipeline

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"roletrail/iam/history"
	"roletrail/pipeline/unusual"
)

// What was in force before a change of an account lies in another small object of the memory:
//
//	memory/documents/HASH.json.gz   what the changes of the account told of documents, and of whom others reach
//
// It is read for log files with changes alone, and replaced where a change tells something. What is before
// the first of them, the newest inventories tell.

// documents is the content of an object.
type documents struct {
	Format int `json:"format"`
	// Since is the moment from which no change is missing, as far as is known; the zero time where
	// nothing that the lake has is.
	Since time.Time         `json:"since,omitzero"`
	Facts *history.InMemory `json:"facts"`
}

func newDocuments() *documents {
	return &documents{Format: documentsFormat, Facts: history.NewInMemory()}
}

const (
	documentsFormat = 1
	// mostDocuments is how many bytes of documents are kept of an account.
	mostDocuments = 16 << 20
)

func documentsName(account string) string {
	return memoryFolder + "documents/" + hex.EncodeToString(unusual.Key(account)) + ".json.gz"
}

// documentsOf keeps facts in the memory of an account, and returns all that is kept there.
func (m *RemoteMemory) documentsOf(ctx context.Context, account string, facts []history.Fact) (*documents, error) {
	name := documentsName(account)
	for range memoryTries {
		d, took, err := m.tryDocuments(ctx, name, facts)
		if err != nil {
			return nil, fmt.Errorf("remembering documents in %q: %w", name, err)
		}
		if took {
			return d, nil
		}
	}
	return nil, fmt.Errorf("remembering documents in %q: others changed it again and again meanwhile", name)
}

func (m *RemoteMemory) tryDocuments(ctx context.Context, name string, facts []history.Fact) (d *documents, took bool, err error) {
	d, tag, err := m.readDocuments(ctx, name)
	if err != nil {
		return nil, false, err
	}
	if tag == "" && len(facts) > 0 {
		d.Since = slices.MinFunc(facts, func(a, b history.Fact) int { return a.At.Compare(b.At) }).At
	}
	changed := d.Facts.Put(facts...)
	if m.anew && !d.Since.IsZero() {
		d.Since, changed = time.Time{}, true
	}
	if !changed {
		return d, true, nil
	}
	d.bound(mostDocuments)
	text, err := zipped(d)
	if err != nil {
		return nil, false, err
	}
	_, took, err = m.store.Replace(context.WithoutCancel(ctx), name, text, tag)
	return d, took, err
}

// bound forgets what is too much.
func (d *documents) bound(most int) {
	if since := d.Facts.Bound(most); since.After(d.Since) {
		d.Since = since
	}
}

// readDocuments reads an object; tag is empty if there is none.
func (m *RemoteMemory) readDocuments(ctx context.Context, name string) (d *documents, tag string, err error) {
	d = newDocuments()
	text, tag, err := m.store.Read(ctx, name, maxMemory)
	if errors.Is(err, ErrGone) {
		return d, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	err = unzipped(text, d)
	if err == nil && (d.Format != documentsFormat || d.Facts == nil) {
		err = fmt.Errorf("format %d is none of this build's", d.Format)
	}
	if err != nil && m.anew {
		return newDocuments(), tag, nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("reading it: %w; remove it, and what was before is unknown from then on", err)
	}
	return d, tag, nil
}

// waitingDocuments are facts that are not stored yet. It is safe for concurrent use.
type waitingDocuments struct {
	mu    sync.Mutex
	facts map[string]*history.InMemory // by account
	count int
	since time.Time // when the first one came
}

// mostWaiting is how many facts wait to be stored.
const mostWaiting = 5_000

// learnDocuments keeps facts of changes that are no news, at once or later.
func (m *RemoteMemory) learnDocuments(ctx context.Context, account string, facts []history.Fact) error {
	if !m.later {
		_, err := m.documentsOf(ctx, account, facts)
		return err
	}
	w := &m.waiting
	w.mu.Lock()
	if w.facts == nil {
		w.facts, w.count, w.since = map[string]*history.InMemory{}, 0, m.now()
	}
	if w.facts[account] == nil {
		w.facts[account] = history.NewInMemory()
	}
	w.facts[account].Put(facts...)
	w.count += len(facts)
	wait := m.anew || w.count < mostWaiting && m.now().Sub(w.since) < extendEvery
	w.mu.Unlock()
	if wait {
		return nil
	}
	return m.storeDocuments(ctx)
}

// storeDocuments stores those that wait.
func (m *RemoteMemory) storeDocuments(ctx context.Context) error {
	w := &m.waiting
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, account := range slices.Sorted(maps.Keys(w.facts)) {
		if _, err := m.documentsOf(ctx, account, w.facts[account].All()); err != nil {
			return err
		}
		delete(w.facts, account)
	}
	w.facts = nil
	return nil
}
