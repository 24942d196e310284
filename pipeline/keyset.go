package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
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

// keySet is the keys of one event day. Workers add to it at the same time. The zero value
// is empty, and holds all in memory.
type keySet struct {
	shards [keyShards]keyShard
	sets   *keySets // it is one of, by whose bound it goes; nil: of none
}

type keyShard struct {
	mu    sync.Mutex
	keys  []eventKey // open addressing; the zero key is a free place
	turns []int32    // of the objects whose keys they are, by places; 0 of what the lake had before
	count int
	most  int        // keys before it grows
	aside []keyTable // of further keys
	block []byte     // that was read of them
}

// errOutOfTurn says that a key came of an object whose turn is later, and should have been new.
var errOutOfTurn = errors.New("an event was taken from a later log file that holds it too")

// add puts a key of an object into the set, by the object's turn, and reports whether it was new. It is
// errOutOfTurn if an object of a later turn brought it.
func (s *keySet) add(k eventKey, turn int32) (isNew bool, err error) {
	shard := s.shard(k)
	shard.mu.Lock()
	by, known, err := shard.isAside(k)
	if !known && err == nil {
		by, isNew = shard.add(k, turn, s.sets)
	}
	shard.mu.Unlock()
	switch {
	case err != nil:
		return false, err
	case by > turn:
		return false, errOutOfTurn
	}
	return isNew, s.sets.makeRoom()
}

// put puts a key that the lake has into the set.
func (s *keySet) put(k eventKey) error {
	shard := s.shard(k)
	shard.mu.Lock()
	shard.add(k, 0, s.sets)
	shard.mu.Unlock()
	return s.sets.makeRoom()
}

// shard is the one of a key. The keys of ids that somebody counts up have one half alike.
func (s *keySet) shard(k eventKey) *keyShard {
	return &s.shards[(k.hi^k.lo)*0xd6e8feb86659fd93>>60]
}

// pack takes most free places out of the set, to which few keys will still be added: they
// are a tenth of all then, instead of a third or more.
func (s *keySet) pack() {
	for i := range s.shards {
		shard := &s.shards[i]
		shard.mu.Lock()
		if size := shard.count + shard.count/10 + 1; size < len(shard.keys) {
			shard.resize(size, s.sets)
			shard.most = shard.count + shard.count/50
		}
		shard.mu.Unlock()
	}
}

// add puts a key among those in memory, reports whether it was not there, and by which turn it is.
func (s *keyShard) add(k eventKey, turn int32, sets *keySets) (by int32, isNew bool) {
	at := s.find(k)
	switch {
	case at < 0 || s.keys[at] != k && s.count >= s.most:
		s.resize(max(64, s.count*2), sets)
		s.most = len(s.keys) / 4 * 3
		at = s.find(k)
	case s.keys[at] == k:
		return s.turns[at], false
	}
	s.keys[at], s.turns[at] = k, turn
	s.count++
	return turn, true
}

// resize moves the keys into a table of that size.
func (s *keyShard) resize(size int, sets *keySets) {
	sets.took(int64(size-len(s.keys)) * keySize)
	keys, turns := s.keys, s.turns
	s.keys, s.turns = make([]eventKey, size), make([]int32, size)
	for i, k := range keys {
		if k != (eventKey{}) {
			at := s.find(k)
			s.keys[at], s.turns[at] = k, turns[i]
		}
	}
}

// find is the place of a key, or the free one where it would be; -1 before there are any.
func (s *keyShard) find(k eventKey) int {
	if len(s.keys) == 0 {
		return -1
	}
	for i := k.place(len(s.keys)); ; i++ {
		if i == len(s.keys) {
			i = 0
		}
		if s.keys[i] == k || s.keys[i] == (eventKey{}) {
			return i
		}
	}
}

// place is where a key is looked for first in a table of that size.
func (k eventKey) place(size int) int {
	at, _ := bits.Mul64(k.lo*0x9e3779b97f4a7c15, uint64(size))
	return int(at)
}
