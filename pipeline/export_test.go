package pipeline

import "time"

// WithBounds makes a run end its epochs, and flush and close its files, sooner.
// Numbers of zero leave the default.
func WithBounds(o Options, records, held int64, openFiles, groupRows int) Options {
	o.bounds = defaultBounds()
	if records > 0 {
		o.bounds.records = records
	}
	if held > 0 {
		o.bounds.held = held
	}
	if openFiles > 0 {
		o.bounds.openFiles = openFiles
	}
	if groupRows > 0 {
		o.bounds.groupRows = groupRows
	}
	return o
}

// WithOpenGroups makes a worker's open files have fewer row groups.
func WithOpenGroups(o Options, groups int) Options {
	o.bounds.openGroups = groups
	return o
}

// WithInflated makes a run end its epochs after so many bytes.
func WithInflated(o Options, inflated int64) Options {
	o.bounds = defaultBounds()
	o.bounds.inflated = inflated
	return o
}

// Epochs is how many commits a summary counts.
func Epochs(s *Summary) int { return s.epochs }

// WithCompactBounds makes compacted files and row groups small. Numbers of zero leave the
// default.
func WithCompactBounds(o CompactOptions, fileRows, groupRows int, textBytes int64) CompactOptions {
	o.bounds = defaultCompactBounds
	if fileRows > 0 {
		o.bounds.fileRows = fileRows
	}
	if groupRows > 0 {
		o.bounds.groupRows = groupRows
	}
	if textBytes > 0 {
		o.bounds.textBytes = textBytes
	}
	return o
}

// WithBatch makes a compaction of a lake on a store put so many log files together at a time,
// and its commits whole only up to so many bytes.
func WithBatch(o RemoteCompactOptions, logFiles, wholeBytes int) RemoteCompactOptions {
	o.batch = batchBounds{logFiles: logFiles, bytes: 1 << 30}
	o.wholeBytes = wholeBytes
	return o
}

// SetClock sets the clock by which an outbox stores messages.
func (o *RemoteOutbox) SetClock(now func() time.Time) { o.now = now }

// SetClock sets the clock of a memory.
func (m *RemoteMemory) SetClock(now func() time.Time) { m.now, m.snapshots.now = now, now }
