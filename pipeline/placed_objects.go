package pipeline

import (
	"encoding/hex"
	"io"
	"math"
	"slices"
)

// placedObjects is how the objects of a list are opened that lie in places: of each which one, and
// the tag. It takes 18 bytes for every number up to the last.
type placedObjects struct {
	places []Place
	of     []placedObject
	odd    map[int32]string // tags that are no digest
}

type placedObject struct {
	place uint16 // from 1; 0: none
	tag   [16]byte
}

// add enters the object of a number, which is greater than those before. It is false if there are
// too many places.
func (p *placedObjects) add(number int32, o *Object) bool {
	place := slices.Index(p.places, o.Place)
	if place < 0 {
		if place = len(p.places); place == math.MaxUint16 {
			return false
		}
		p.places = append(p.places, o.Place)
	}
	for int32(len(p.of)) < number {
		p.of = append(p.of, placedObject{})
	}
	one := placedObject{place: uint16(place + 1)}
	if !isDigest(o.Tag) {
		if p.odd == nil {
			p.odd = map[int32]string{}
		}
		p.odd[number] = o.Tag
	} else if _, err := hex.Decode(one.tag[:], []byte(o.Tag)); err != nil {
		return false // it has its digits
	}
	p.of = append(p.of, one)
	return true
}

// isDigest accepts a digest of 16 bytes as S3 writes it, which most tags are.
func isDigest(tag string) bool {
	return len(tag) == 32 && indexNot(tag, func(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }) < 0
}

// opener is how the object of a number is opened, nil if it lies in no place.
func (p *placedObjects) opener(number int32, o *Object) func() (io.ReadCloser, error) {
	if int(number) >= len(p.of) || p.of[number].place == 0 {
		return nil
	}
	one := p.of[number]
	tag, odd := p.odd[number]
	if !odd {
		tag = hex.EncodeToString(one.tag[:])
	}
	o.Tag, o.Place = tag, p.places[one.place-1]
	return func() (io.ReadCloser, error) { return o.Place.OpenObject(o.Name, tag, o.Size) }
}

// bytes is how much memory they take.
func (p *placedObjects) bytes() int64 {
	const placed, odd = 18, 100
	return placed*int64(cap(p.of)) + odd*int64(len(p.odd))
}
