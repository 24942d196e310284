package pipeline

import (
	"bytes"
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
	var bad byte
	for _, part := range [...][]byte{id[:8], id[9:13], id[14:18]} {
		hi = appendHex(hi, part, &bad)
	}
	for _, part := range [...][]byte{id[19:23], id[24:36]} {
		lo = appendHex(lo, part, &bad)
	}
	return hi, lo, bad < 16
}

// hexValues are the values of hexadecimal digits, 255 for other bytes.
var hexValues = func() (values [256]byte) {
	for i := range values {
		values[i] = 255
	}
	for i, c := range []byte("0123456789abcdef") {
		values[c], values[bytes.ToUpper([]byte{c})[0]] = byte(i), byte(i)
	}
	return values
}()

// appendHex appends digits to n; bad is 16 or more once one was none.
func appendHex(n uint64, digits []byte, bad *byte) uint64 {
	for _, c := range digits {
		d := hexValues[c]
		*bad |= d
		n = n<<4 | uint64(d&15)
	}
	return n
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
	most  int // keys before it grows
}

// add puts a key into the set and reports whether it was new.
func (s *keySet) add(k eventKey) bool {
	shard := s.shard(k)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	return shard.add(k)
}

func (s *keySet) shard(k eventKey) *keyShard { return &s.shards[k.hi>>60] }

// len is how many keys the set has. Nobody may add to it meanwhile.
func (s *keySet) len() (n int) {
	for i := range s.shards {
		n += s.shards[i].count
	}
	return n
}

// pack takes most free places out of the set, to which few keys will still be added: it
// has 16 bytes a key and a tenth more then, instead of two thirds.
func (s *keySet) pack() {
	for i := range s.shards {
		shard := &s.shards[i]
		shard.mu.Lock()
		if size := shard.count + shard.count/10 + 1; size < len(shard.keys) {
			shard.resize(size)
			shard.most = shard.count + shard.count/50
		}
		shard.mu.Unlock()
	}
}

func (s *keyShard) add(k eventKey) bool {
	at := s.find(k)
	switch {
	case at < 0 || s.keys[at] != k && s.count >= s.most:
		s.resize(max(64, s.count*2))
		s.most = len(s.keys) / 4 * 3
		at = s.find(k)
	case s.keys[at] == k:
		return false
	}
	s.keys[at] = k
	s.count++
	return true
}

// resize moves the keys into a table of that size.
func (s *keyShard) resize(size int) {
	keys := s.keys
	s.keys = make([]eventKey, size)
	for _, k := range keys {
		if k != (eventKey{}) {
			s.keys[s.find(k)] = k
		}
	}
}

// find is the place of a key, or the free one where it would be; -1 before there are any.
func (s *keyShard) find(k eventKey) int {
	if len(s.keys) == 0 {
		return -1
	}
	at, _ := bits.Mul64(k.lo*0x9e3779b97f4a7c15, uint64(len(s.keys)))
	for i := int(at); ; i++ {
		if i == len(s.keys) {
			i = 0
		}
		if s.keys[i] == k || s.keys[i] == (eventKey{}) {
			return i
		}
	}
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
	isNew := !d.used
	d.used = true
	s.mu.Unlock()
	d.once.Do(func() { d.err = s.load(day, &d.set) })
	if isNew {
		s.packBefore(day)
	}
	return &d.set, d.err
}

// packBefore packs the sets of days that deliveries have left behind when they come to a day.
func (s *keySets) packBefore(day int32) {
	const behind, at = 2, 8 // days; most of those before are packed already
	for before := day - behind; before > day-behind-at; before-- {
		s.mu.Lock()
		d := s.days[before]
		s.mu.Unlock()
		if d != nil {
			d.set.pack()
		}
	}
}

// endEpoch forgets the days that were not touched since the last one, and those before a
// day, of which little is still to come. What they hold is in the lake by then, from where
// it can be loaded again.
func (s *keySets) endEpoch(before int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for day, d := range s.days {
		if !d.used || day < before {
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
