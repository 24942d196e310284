package pipeline

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline/unusual"
)

// A lake on a store has no ledger, and what is to be remembered of what is ordinary lies in a small
// object for each account, by the log files of the account:
//
//	memory/HASH.json.gz   what was seen when, and what was found in the log files of the last days
//
// It is replaced where it is still what was read, so that of two that change it at once one begins
// anew. What was found is in it too: a log file that comes again, because its function ended before it
// was in the lake, has the same findings again, although what made them is remembered.

// ReplacingStore is a store whose objects can be replaced.
type ReplacingStore interface {
	RemoteStore
	// Read reads an object of so many bytes at most; tag is another one as soon as the object is.
	// That there is none is [ErrGone].
	Read(ctx context.Context, name string, most int64) (content []byte, tag string, err error)
	// Replace stores content in the place of the object with this tag, or where there is none if it
	// is empty. It is false, and nothing is changed, if something else lies there.
	Replace(ctx context.Context, name string, content []byte, tag string) (newTag string, took bool, err error)
}

const (
	memoryFolder = "memory/"
	memoryFormat = 1
	// maxMemory is how long the content of one may be, stored and as JSON, in bytes.
	maxMemory     = 64 << 20
	maxMemoryJSON = 256 << 20
	// memoryTries is how often a change is begun anew.
	memoryTries = 20
	// extendEvery is how often is written down that what is remembered was seen again.
	extendEvery  = time.Minute
	mostExtended = 100_000 // entries that wait for it
	// foundLast is how long is remembered what was found in a log file.
	foundLast = 7 * 24 * time.Hour
)

// RemoteMemory finds unusual access in log files that come into a lake on a store, and holds changes
// of roles against what was before them. It is safe for concurrent use.
type RemoteMemory struct {
	store     ReplacingStore
	unusual   *Unusual
	snapshots *remoteSnapshots
	now       func() time.Time
	later     bool // what is learnt is stored from time to time, and by Flush
	anew      bool // of all that the lake has: what cannot be read is replaced, documents are stored at the end

	mu      sync.Mutex
	shards  map[string]*memoryShard // by name
	waiting waitingDocuments
}

// NewRemoteMemory is that of a lake.
func NewRemoteMemory(store ReplacingStore, u *Unusual) *RemoteMemory {
	return &RemoteMemory{store: store, unusual: u, snapshots: newRemoteSnapshots(store), now: time.Now, shards: map[string]*memoryShard{}}
}

// NewLearner is one for log files of which nothing is news: what it learns is stored from time to time,
// and all of it by Flush.
func NewLearner(store ReplacingStore, u *Unusual) *RemoteMemory {
	m := NewRemoteMemory(store, u)
	m.later = true
	return m
}

// Flush stores what was learnt and is not stored yet.
func (m *RemoteMemory) Flush(ctx context.Context) error {
	m.mu.Lock()
	shards := slices.Collect(maps.Values(m.shards))
	m.mu.Unlock()
	for _, s := range shards {
		if err := m.flush(ctx, s); err != nil {
			return fmt.Errorf("storing what is ordinary in %q: %w", s.name, err)
		}
	}
	return m.storeDocuments(ctx)
}

func (m *RemoteMemory) flush(ctx context.Context, s *memoryShard) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range memoryTries {
		if len(s.extended) == 0 {
			return nil
		}
		err := m.load(ctx, s)
		took := false
		if err == nil {
			took, err = m.write(ctx, s)
		}
		if err != nil || took {
			return err
		}
		s.loaded = false
	}
	return errors.New("others changed it again and again meanwhile")
}

func (m *RemoteMemory) questions(ctx context.Context) *snapshotQuestions {
	return &snapshotQuestions{remoteSnapshots: m.snapshots, ctx: ctx}
}

// memoryShard is the memory of an account, as this process knows it.
type memoryShard struct {
	mu         sync.Mutex
	name       string
	loaded     bool
	tag        string // empty: there is none
	content    memoryContent
	remembered unusual.Remembered
	extended   []parquet.Seen // in content, and not written down
	wrote      time.Time
	read       time.Time
}

// memoryContent is the content of an object.
type memoryContent struct {
	Format int           `json:"format"`
	Seen   *unusual.Kept `json:"seen"`
	Found  []foundIn     `json:"found"`
}

// foundIn is what was found in a log file.
type foundIn struct {
	Object   string            `json:"object"` // hash
	At       time.Time         `json:"at"`
	Findings []unusual.Finding `json:"findings"`
}

func memoryName(account string) string {
	return memoryFolder + hex.EncodeToString(unusual.Key(account)) + ".json.gz"
}

func (m *RemoteMemory) shard(name string) *memoryShard {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.shards[name]
	if s == nil {
		s = &memoryShard{name: name}
		m.shards[name] = s
	}
	return s
}

// judge finds what is unusual in what a log file showed, and remembers the rest.
func (m *RemoteMemory) judge(ctx context.Context, object string, o *unusual.Observations) ([]unusual.Finding, error) {
	account := o.FirstAccount()
	if account == "" {
		return nil, nil
	}
	s := m.shard(memoryName(account))
	s.mu.Lock()
	defer s.mu.Unlock()
	for range memoryTries {
		findings, took, err := m.try(ctx, s, account, object, o)
		if err != nil || !took {
			s.loaded = false
		}
		if err != nil {
			return nil, fmt.Errorf("looking for unusual access by %q: %w", s.name, err)
		}
		if took {
			return findings, nil
		}
	}
	return nil, fmt.Errorf("looking for unusual access by %q: others changed it again and again meanwhile", s.name)
}

// try judges by what is remembered now. It did not take if others remembered something meanwhile.
func (m *RemoteMemory) try(ctx context.Context, s *memoryShard, account, object string, o *unusual.Observations) (findings []unusual.Finding, took bool, err error) {
	if err := m.load(ctx, s); err != nil {
		return nil, false, err
	}
	for _, f := range s.content.Found {
		if f.Object == object {
			return f.Findings, true, nil
		}
	}
	questions := m.questions(ctx)
	j := &unusual.Judge{
		Memory: remembering{s.content.Seen, m, ctx, account}, Automation: m.unusual.Automation, Remembered: &s.remembered,
		Own: questions.isOwn(m.unusual.Accounts),
	}
	findings, sightings, err := j.Judge(o)
	if err = errors.Join(err, questions.err); err != nil {
		return nil, false, err
	}
	for i := range findings {
		findings[i].Summary += s.unknownBefore(account, &findings[i])
	}
	extends := len(findings) == 0 && (m.later || s.content.Seen.Extends(&sightings))
	s.content.Seen.Put(&sightings)
	if extends {
		s.extended = append(s.extended, sightings.Seen...)
	} else {
		s.content.Found = append(s.content.Found, foundIn{object, m.now().UTC(), findings})
	}
	if len(s.extended) == 0 && extends || extends && m.now().Sub(s.wrote) < extendEvery && len(s.extended) < mostExtended {
		s.remembered.Add(&sightings, o.Since)
		return findings, true, nil
	}
	if took, err = m.write(ctx, s); took {
		s.remembered.Add(&sightings, o.Since)
	}
	return findings, took, err
}

// lastUse says when roles acted last, to the day, as the memories of their accounts have it.
func (m *RemoteMemory) lastUse(ctx context.Context) func(arn string) (time.Time, error) {
	return func(arn string) (time.Time, error) {
		key := unusual.RoleKey(arn)
		account, _, _ := strings.Cut(key, "/")
		if account == "" {
			return time.Time{}, nil
		}
		s := m.shard(memoryName(account))
		s.mu.Lock()
		defer s.mu.Unlock()
		s.loaded = s.loaded && m.now().Sub(s.read) < extendEvery // others may have seen it act since
		if err := m.load(ctx, s); err != nil {
			return time.Time{}, fmt.Errorf("looking in %q for the last use of %q: %w", s.name, arn, err)
		}
		seen, _, err := s.content.Seen.Seen(unusual.OfRole, unusual.Key(key))
		return seen.Last, err
	}
}

// unknownBefore says since when the account is known, if a finding rests on what was before and that
// is not long ago.
func (s *memoryShard) unknownBefore(account string, f *unusual.Finding) string {
	if f.Kind == unusual.RootAssumed || f.Kind == unusual.FederationToken {
		return ""
	}
	since, ok, _ := s.content.Seen.Seen(unusual.OfAccount, unusual.Key(account))
	switch {
	case !ok:
		return "; what was before is unknown"
	case f.At.Sub(since.First) < unusual.Learning:
		return "; what was before " + since.First.Format(time.DateOnly) + " is unknown"
	}
	return ""
}

// load reads the memory of an account, unless it was read and nobody is known to have changed it.
func (m *RemoteMemory) load(ctx context.Context, s *memoryShard) error {
	if s.loaded {
		return nil
	}
	text, tag, err := m.store.Read(ctx, s.name, maxMemory)
	s.content, s.tag, s.remembered = memoryContent{Format: memoryFormat, Seen: unusual.NewKept()}, tag, unusual.Remembered{}
	switch {
	case errors.Is(err, ErrGone):
	case err != nil:
		return err
	default:
		err := s.content.read(text)
		if err != nil && m.anew {
			s.content, err = memoryContent{Format: memoryFormat, Seen: unusual.NewKept()}, nil
		}
		if err != nil {
			return fmt.Errorf("reading it: %w; remove it, and what is ordinary is learnt anew", err)
		}
	}
	s.content.Seen.Put(&parquet.Sightings{Seen: s.extended})
	s.remembered.Add(&parquet.Sightings{Seen: s.content.Seen.All()}, m.now())
	s.loaded, s.read = true, m.now()
	if s.wrote.IsZero() {
		s.wrote = s.read
	}
	return nil
}

func (c *memoryContent) read(text []byte) error {
	err := unzipped(text, c)
	if err == nil && (c.Format != memoryFormat || c.Seen == nil) {
		err = fmt.Errorf("format %d is none of this build's", c.Format)
	}
	return err
}

// unzipped reads what zipped wrote.
func unzipped(text []byte, into any) error {
	unzip, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return err
	}
	plain, err := io.ReadAll(io.LimitReader(unzip, maxMemoryJSON+1))
	switch {
	case err != nil:
		return err
	case len(plain) > maxMemoryJSON:
		return fmt.Errorf("it is longer than %d bytes", maxMemoryJSON)
	}
	return json.Unmarshal(plain, into)
}

func zipped(content any) ([]byte, error) {
	var text bytes.Buffer
	zip := gzip.NewWriter(&text)
	err := errors.Join(json.NewEncoder(zip).Encode(content), zip.Close())
	return text.Bytes(), err
}

func (m *RemoteMemory) write(ctx context.Context, s *memoryShard) (took bool, err error) {
	s.content.Found = slices.DeleteFunc(s.content.Found, func(f foundIn) bool { return m.now().Sub(f.At) > foundLast })
	text, err := zipped(s.content)
	if err != nil {
		return false, err
	}
	tag, took, err := m.store.Replace(context.WithoutCancel(ctx), s.name, text, s.tag)
	if took {
		s.tag, s.extended, s.wrote = cmp.Or(tag, s.tag), nil, m.now()
	}
	return took, err
}

// remembering is the memory of an account, and of others whether there is any.
type remembering struct {
	*unusual.Kept
	of      *RemoteMemory
	ctx     context.Context
	account string
}

// Seen implements [unusual.Memory].
func (r remembering) Seen(kind string, key []byte) (parquet.Seen, bool, error) {
	if kind != unusual.OfAccount || bytes.Equal(key, unusual.Key(r.account)) {
		return r.Kept.Seen(kind, key)
	}
	_, _, err := r.of.store.Read(r.ctx, memoryFolder+hex.EncodeToString(key)+".json.gz", maxMemory)
	if errors.Is(err, ErrGone) {
		return parquet.Seen{}, false, nil
	}
	return parquet.Seen{Kind: kind, Key: key}, err == nil, err
}
