package pipeline

// objectTable knows objects by a hash of their names, each with a hash of its state: of a million in 32
// MiB. The zero table is an empty one.
type objectTable struct {
	slots []knownObject // open addressing; a free one has name 0, all others are odd
	count int
}

type knownObject struct{ name, state uint64 }

// unknown is the state of an object that is known no more.
const unknown = 0

// find is where an object is, or the free slot where it would be.
func (t *objectTable) find(name uint64) *knownObject {
	mask := uint64(len(t.slots) - 1)
	for i := name >> 1 & mask; ; i = (i + 1) & mask {
		if s := &t.slots[i]; s.name == name || s.name == 0 {
			return s
		}
	}
}

// is reports whether an object is known in a state.
func (t *objectTable) is(name, state uint64) bool {
	return t.count > 0 && t.find(name|1).state == state
}

// put makes an object known in a state.
func (t *objectTable) put(name, state uint64) {
	if 4*(t.count+1) > 3*len(t.slots) {
		t.grow()
	}
	s := t.find(name | 1)
	if s.name == 0 {
		t.count++
	}
	*s = knownObject{name | 1, state}
}

// forget makes an object unknown.
func (t *objectTable) forget(name uint64) {
	if t.count > 0 && t.find(name|1).name != 0 {
		t.put(name, unknown)
	}
}

func (t *objectTable) grow() {
	old := t.slots
	t.slots = make([]knownObject, max(64, 2*len(old)))
	for _, s := range old {
		if s.name != 0 {
			*t.find(s.name) = s
		}
	}
}

// bytes is how much memory the table takes.
func (t *objectTable) bytes() int64 { return 16 * int64(len(t.slots)) }
