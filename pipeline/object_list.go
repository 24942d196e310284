package pipeline

import "encoding/binary"

// objectList is a list of objects of which neighbours are alike: their names begin and end
// in the same way, and their times are not far from each other. Of each only what differs
// from the one before is kept. At the start of every block an object stands whole.
type objectList struct {
	chunks [][]byte // see appendObject
	blocks []blockStart
	count  int
	last   listedObject
}

// listedObject is what a listing tells of an object, see [Object].
type listedObject struct {
	name string
	objectState
}

// objectState changes with what an object holds: its size, and the time of its change in
// nanoseconds since 1970 or a hash that says the same.
type objectState struct{ size, modified int64 }

// blockStart is where a block begins: a chunk, and a place in it.
type blockStart struct{ chunk, at uint32 }

const (
	objectsPerBlock = 16
	// chunkSize is how much is allocated at a time: a slice that grows would have a fifth
	// of it empty. A block lies in one chunk.
	chunkSize = 256 << 10
)

func (l *objectList) add(o listedObject) {
	before := l.last
	if l.count%objectsPerBlock == 0 {
		before = listedObject{}
		if last := len(l.chunks) - 1; last < 0 || len(l.chunks[last]) > chunkSize-objectsPerBlock<<8 {
			l.chunks = append(l.chunks, make([]byte, 0, chunkSize))
		}
		last := len(l.chunks) - 1
		l.blocks = append(l.blocks, blockStart{uint32(last), uint32(len(l.chunks[last]))})
	}
	chunk := &l.chunks[len(l.chunks)-1]
	*chunk = appendObject(*chunk, before, o)
	l.last = o
	l.count++
}

// bytes is how much memory the list takes.
func (l *objectList) bytes() (n int64) {
	for _, chunk := range l.chunks {
		n += int64(cap(chunk))
	}
	return n + 8*int64(cap(l.blocks))
}

// at is the object of a number.
func (l *objectList) at(n int) listedObject {
	r := l.read(n / objectsPerBlock)
	for range n%objectsPerBlock + 1 {
		r.next()
	}
	return listedObject{string(r.name), r.objectState}
}

// names is the names by the numbers of their objects.
func (l *objectList) names() func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		var r objectReader
		for n := range l.count {
			if n%objectsPerBlock == 0 {
				r = l.read(n / objectsPerBlock)
			}
			if r.next(); !yield(n, string(r.name)) {
				return
			}
		}
	}
}

// read begins to read a block.
func (l *objectList) read(block int) objectReader {
	start := l.blocks[block]
	return objectReader{text: l.chunks[start.chunk][start.at:]}
}

// appendObject appends what differs between two objects: the lengths of the beginning and
// of the end that their names share and of what lies between, that, the size, and the
// difference of the times.
func appendObject(text []byte, before, o listedObject) []byte {
	most := min(len(before.name), len(o.name))
	begin, end := 0, 0
	for begin < most && before.name[begin] == o.name[begin] {
		begin++
	}
	for end < most-begin && before.name[len(before.name)-1-end] == o.name[len(o.name)-1-end] {
		end++
	}
	text = binary.AppendUvarint(text, uint64(begin))
	text = binary.AppendUvarint(text, uint64(end))
	text = binary.AppendUvarint(text, uint64(len(o.name)-begin-end))
	text = append(text, o.name[begin:len(o.name)-end]...)
	text = binary.AppendVarint(text, o.size)
	return binary.AppendVarint(text, o.modified-before.modified)
}

// objectReader makes the objects of a block again, one after the other.
type objectReader struct {
	text         []byte // that is still to be read
	name, before []byte
	objectState
}

func (r *objectReader) next() {
	r.name, r.before = r.before, r.name
	begin, end, between := r.length(), r.length(), r.length()
	r.name = append(r.name[:0], r.before[:begin]...)
	r.name = append(r.name, r.text[:between]...)
	r.name = append(r.name, r.before[len(r.before)-end:]...)
	r.text = r.text[between:]
	r.size = r.number()
	r.modified += r.number()
}

func (r *objectReader) length() int {
	n, size := binary.Uvarint(r.text)
	r.text = r.text[size:]
	return int(n)
}

func (r *objectReader) number() int64 {
	n, size := binary.Varint(r.text)
	r.text = r.text[size:]
	return n
}
