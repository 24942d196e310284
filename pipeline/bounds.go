package pipeline

// bounds are how much a run does before it commits, and how much it holds.
type bounds struct {
	// An epoch ends when one of these is reached, after the objects at hand.
	records  int64 // read, of every log family, whether they are new or not
	inflated int64 // bytes read: with records, what a killed run does again
	held     int64 // bytes of memory that wait for the commit, see outcome.held

	keys int64 // bytes of memory of the keys of events, see keySets

	openFiles  int // of all workers together, beyond what each may have anyway
	openGroups int // row groups of a worker's open files: what their footers will say waits in memory
	groupRows  int // stored rows that are flushed; also what a row group holds at most
	groupBytes int // bytes of their texts that are flushed
}

// defaultBounds make an epoch of an ordinary trail end by its records. An open
// file takes some 50 KiB, and half a KiB for every column of every row group, some 35 KiB.
func defaultBounds() bounds {
	return bounds{
		records: 1 << 20, inflated: 4 << 30, held: 56 << 20, keys: mostKeys,
		openFiles: 256, openGroups: 512, groupRows: 24 << 10, groupBytes: 12 << 20,
	}
}

// mostKeys is room for the keys of some two million events: those of an epoch, and as many of
// the lake.
const mostKeys = 56 << 20

// deliveryBounds are those of a [Delivery], of which many may go on side by side; a log file
// rarely has so many rows. What an object's files hold depends on them.
func deliveryBounds() bounds {
	b := defaultBounds()
	b.groupRows, b.groupBytes, b.keys = 8<<10, 4<<20, mostKeys/4
	return b
}

// leastHeld is what an epoch may hold however long the queue is: with less, a day would get
// too many small files.
const leastHeld = 16 << 20

// beside makes room for what the queue takes: memory does not grow with it, as long as it
// leaves something.
func (b *bounds) beside(queue int64) {
	b.held = max(min(b.held, leastHeld), b.held-queue)
}

// ownOpenFiles is what a worker may keep open however many the others have.
const ownOpenFiles = 32

// What is held for the commit, in bytes and roughly: of an object, and of each day that
// it has events of, whose file notes its name.
const (
	heldByObject  = 1 << 6
	heldByCovered = 1 << 6
)

// held is how much memory an outcome takes until it is committed.
func (o *outcome) held() int64 {
	return heldByObject + int64(len(o.coverage))*(heldByCovered+int64(len(o.object.Name)))
}

// What an outcome takes until it is recorded, in bytes and roughly.
const (
	sizeOfOutcome     = 1 << 9
	sizeOfCovered     = 1 << 7
	sizeOfQuarantined = 1 << 8
)

// size is how much memory an outcome takes.
func (o *outcome) size() int64 {
	size := int64(sizeOfOutcome+len(o.object.Name)+len(o.reason)) + int64(len(o.coverage))*sizeOfCovered
	for i := range o.quarantine {
		size += sizeOfQuarantined + int64(len(o.quarantine[i].Reason)+len(o.quarantine[i].Detail))
	}
	return size
}
