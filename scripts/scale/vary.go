package main

import (
	"bytes"
	"encoding/hex"
	"slices"
	"time"

	"roletrail/parquet"
)

// variant is one copy of a day: what it changes, in place, keeps the length and the order of
// texts, and makes of different texts different ones.
type variant struct {
	number     uint32 // of the copy, from 0
	generation int    // of its accounts and roles, 0 to 99
	round      int    // over the days of the base, from 0: sessions over midnight stay whole in it
	shift      int    // days by which it is moved
}

// ids are the columns that tell events apart.
var ids = []string{"event_id", "request_id", "shared_event_id"}

// keys are the columns of access keys, by which sessions find their assumptions.
var keys = []string{"identity_access_key_id", "assumed_access_key_id", "access_key_id"}

// micros is a day.
const micros = int64(24 * time.Hour / time.Microsecond)

// alteration is what the variant does to a file of a table. JSON as AWS wrote it stays: most
// of the time would go into it, and no report joins by it.
func (v variant) alteration(s *parquet.Schema) parquet.Alteration {
	return parquet.Alteration{
		Texts: func(column int) func([]byte) {
			c := &s.Columns[column]
			switch isID := slices.Contains(ids, c.Name); {
			case isID:
				return func(text []byte) { v.text(text); v.id(text) }
			case slices.Contains(keys, c.Name):
				return v.key
			case v.generation == 0 || c.Raw && c.Kind == parquet.Text:
				return nil
			}
			return v.text
		},
		Added: func(column int) int64 {
			switch s.Columns[column].Kind {
			case parquet.Timestamp:
				return int64(v.shift) * micros
			case parquet.Date:
				return int64(v.shift)
			}
			return 0
		},
	}
}

// columns does the same to the columns of a row group.
func (v variant) columns(s *parquet.Schema, columns []parquet.Values) {
	by := v.alteration(s)
	for i := range columns {
		c := &columns[i]
		for n := range c.Int64 {
			c.Int64[n] += by.Added(i)
		}
		if change := by.Texts(i); change != nil {
			for _, text := range c.Dict {
				change(text)
			}
			for _, text := range c.Bytes {
				change(text)
			}
		}
	}
}

// accounts is what the accounts of the corpus begin with.
var accounts = []byte("1000000")

// rolePrefix and keyPrefix are what the ids of roles and the access keys of sessions begin with.
var rolePrefix, keyPrefix = []byte("AROA"), []byte("ASIA")

// letters are those of such ids, as AWS makes them.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// text gives accounts and roles of a text to the generation.
func (v variant) text(text []byte) {
	if v.generation == 0 {
		return
	}
	for rest := text; ; {
		at := bytes.Index(rest, accounts)
		if at < 0 {
			break
		}
		rest[at+1], rest[at+2] = '0'+byte(v.generation/10), '0'+byte(v.generation%10)
		rest = rest[at+len(accounts):]
	}
	for rest := text; ; {
		at := bytes.Index(rest, rolePrefix)
		if at < 0 || at+len(rolePrefix)+1 >= len(rest) {
			break
		}
		rest = rest[at+len(rolePrefix):]
		turn(rest[:2], v.generation)
	}
}

// key gives the access key of a session to the generation and the round: AWS hands each out
// once, and a report that joins by keys would else find every copy of a session.
func (v variant) key(text []byte) {
	if rest, ok := bytes.CutPrefix(text, keyPrefix); ok && len(rest) >= 4 {
		turn(rest[:2], v.generation)
		turn(rest[2:4], v.round)
	}
}

// turn changes two letters of an id into others.
func turn(pair []byte, by int) {
	for i, n := range []int{by, by / len(letters)} {
		if at := bytes.IndexByte([]byte(letters), pair[i]); at >= 0 {
			pair[i] = letters[(at+n)%len(letters)]
		}
	}
}

// id gives an id that begins with eight hexadecimal digits to the copy.
func (v variant) id(text []byte) {
	var first [4]byte
	if len(text) < 8 {
		return
	}
	if _, err := hex.Decode(first[:], text[:8]); err != nil {
		return
	}
	mixed := v.number * 0x9e3779b1 // odd, so that no two copies mix alike
	for i := range first {
		first[i] ^= byte(mixed >> (8 * i))
	}
	hex.Encode(text[:8], first[:])
}
