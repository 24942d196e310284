package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"math/bits"
	"sync"

	"roletrail/cloudtrail"
)

// eventKey identifies an event: eventID and recipientAccountId, or where eventID
// is no GUID a hash of the record in its place (design 5, P18).
type eventKey struct{ hi, lo uint64 }

var keySeed = maphash.MakeSeed()

// keyOf makes the key of an event with a GUID; ok is false if id is none.
func keyOf(id, account []byte) (key eventKey, ok bool) {
	hi, lo, ok := parseGUID(id)
	if !ok {
		return eventKey{}, false
	}
	return withAccount(hi, lo, account), true
}

// keyOfRecord makes the key of an event without one. Members in another order or
// other white space do not make another event.
func keyOfRecord(raw, account []byte) (eventKey, error) {
	record, err := cloudtrail.ParseValue(string(raw))
	if err != nil {
		return eventKey{}, fmt.Errorf("hashing a record without a GUID: %w", err)
	}
	return keyOfValue(record, account)
}

func keyOfValue(record any, account []byte) (eventKey, error) {
	canonical, err := json.Marshal(record)
	if err != nil {
		return eventKey{}, fmt.Errorf("hashing a record without a GUID: %w", err)
	}
	sum := sha256.Sum256(canonical)
	return withAccount(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]), account), nil
}

func withAccount(hi, lo uint64, account []byte) eventKey {
	h := maphash.Bytes(keySeed, account)
	k := eventKey{hi ^ h, lo ^ bits.RotateLeft64(h, 32)*0x9e3779b97f4a7c15}
	if k == (eventKey{}) {
		k.lo = 1 // the zero key marks a free place
	}
	return k
}

// parseGUID reads 8-4-4-4-12 hexadecimal digits.
func parseGUID(id []byte) (hi, lo uint64, ok bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return 0, 0, false
	}
	var n uint64
	digits := 0
	for i, c := range id {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			continue
		}
		var d byte
		switch {
		case c-'0' < 10:
			d = c - '0'
		case c|0x20-'a' < 6:
			d = c | 0x20 - 'a' + 10
		default:
			return 0, 0, false
		}
		n = n<<4 | uint64(d)
		if digits++; digits == 16 {
			hi, n = n, 0
		}
	}
	return hi, n, true
}

const keyShards = 16

// keySet is the keys of one event day. Workers add to it at the same time.
type keySet struct {
	shards [keyShards]keyShard
}

type keyShard struct {
	mu    sync.Mutex
	keys  []eventKey // open addressing; the zero key is a free place
	count int
}

// add puts a key into the set and reports whether it was new.
func (s *keySet) add(k eventKey) bool {
	shard := &s.shards[k.hi>>60]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	return shard.add(k)
}

func (s *keyShard) add(k eventKey) bool {
	if 4*(s.count+1) > 3*len(s.keys) {
		s.grow()
	}
	if !place(s.keys, k) {
		return false
	}
	s.count++
	return true
}

func (s *keyShard) grow() {
	bigger := make([]eventKey, max(64, 2*len(s.keys)))
	for _, k := range s.keys {
		if k != (eventKey{}) {
			place(bigger, k)
		}
	}
	s.keys = bigger
}

func place(keys []eventKey, k eventKey) bool {
	mask := uint64(len(keys) - 1)
	i := k.lo & mask
	for ; keys[i] != (eventKey{}); i = (i + 1) & mask {
		if keys[i] == k {
			return false
		}
	}
	keys[i] = k
	return true
}

// keySets are the sets of the event days that the run touches. The set of a day
// begins with what the lake holds of it.
type keySets struct {
	load func(day int32, s *keySet) error

	mu   sync.Mutex
	days map[int32]*loadedSet
}

type loadedSet struct {
	once sync.Once
	err  error
	set  keySet
	used bool // since the last epoch
}

func newKeySets(load func(day int32, s *keySet) error) *keySets {
	return &keySets{load: load, days: map[int32]*loadedSet{}}
}

// of returns the set of a day, counted in days since 1970.
func (s *keySets) of(day int32) (*keySet, error) {
	s.mu.Lock()
	d := s.days[day]
	if d == nil {
		d = &loadedSet{}
		s.days[day] = d
	}
	d.used = true
	s.mu.Unlock()
	d.once.Do(func() { d.err = s.load(day, &d.set) })
	return &d.set, d.err
}

// endEpoch forgets the days that were not touched since the last one. What they
// hold is in the lake by then, from where it can be loaded again.
func (s *keySets) endEpoch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for day, d := range s.days {
		if !d.used {
			delete(s.days, day)
		}
		d.used = false
	}
}

// forget drops all sets, after keys were added whose events do not come into the
// lake. They are loaded anew from there.
func (s *keySets) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.days)
}
