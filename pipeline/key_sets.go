package pipeline

import (
	"errors"
	"sync"
	"sync/atomic"

	"roletrail/parquet"
)

// keySets are the sets of the event days that the run touches. The set of a day
// begins with what the lake holds of it. However many these are, they take no more memory than
// they may: the keys in memory are put aside into a file when they take more, see [keyTable].
type keySets struct {
	load    func(day int32, s *keySet) error
	most    int64                            // bytes of memory
	scratch func() (*parquet.Scratch, error) // makes the files

	taken atomic.Int64 // bytes of memory
	room  sync.Mutex   // of the one who makes some
	files []*keyFile

	mu   sync.Mutex
	days map[int32]*loadedSet
}

type loadedSet struct {
	once sync.Once
	err  error
	set  keySet
	used bool // since the last epoch
}

func newKeySets(most int64, scratch func() (*parquet.Scratch, error), load func(day int32, s *keySet) error) *keySets {
	return &keySets{load: load, most: most, scratch: scratch, days: map[int32]*loadedSet{}}
}

// of returns the set of a day, counted in days since 1970.
func (s *keySets) of(day int32) (*keySet, error) {
	s.mu.Lock()
	d := s.days[day]
	if d == nil {
		d = &loadedSet{set: keySet{sets: s}}
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

// took counts memory that was taken, or given back if it is less than 0.
func (s *keySets) took(bytes int64) {
	if s != nil {
		s.taken.Add(bytes)
	}
}

// makeRoom puts all keys that are in memory aside if they take more of it than they may.
func (s *keySets) makeRoom() error {
	if s == nil || s.taken.Load() <= s.most {
		return nil
	}
	s.room.Lock()
	defer s.room.Unlock()
	if s.taken.Load() <= s.most { // another worker made room meanwhile
		return nil
	}
	file, err := s.newFile()
	if err != nil {
		return err
	}
	for _, set := range s.all() {
		for i := range set.shards {
			if err := file.take(&set.shards[i], s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *keySets) newFile() (*keyFile, error) {
	scratch, err := s.scratch()
	if err != nil {
		return nil, err
	}
	file := &keyFile{scratch: scratch}
	s.files = append(s.files, file)
	return file, nil
}

func (s *keySets) all() (sets []*keySet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.days {
		sets = append(sets, &d.set)
	}
	return sets
}

// endEpoch forgets the days that were not touched since the last one, and those before a
// day, of which little is still to come. What they hold is in the lake by then, from where
// it can be loaded again.
func (s *keySets) endEpoch(before int32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for day, d := range s.days {
		if !d.used || day < before {
			s.drop(day, d)
		}
		d.used = false
	}
	return s.closeUnused()
}

// forget drops all sets, after keys were added whose events do not come into the
// lake. They are loaded anew from there.
func (s *keySets) forget() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for day, d := range s.days {
		s.drop(day, d)
	}
	return s.closeUnused()
}

func (s *keySets) drop(day int32, d *loadedSet) {
	for i := range d.set.shards {
		shard := &d.set.shards[i]
		s.took(int64(-len(shard.keys)) * keySize)
		for _, t := range shard.aside {
			t.file.tables--
		}
	}
	delete(s.days, day)
}

// closeUnused removes the files of which no set has keys any more.
func (s *keySets) closeUnused() error {
	var errs []error
	kept := s.files[:0]
	for _, f := range s.files {
		if f.tables > 0 {
			kept = append(kept, f)
			continue
		}
		errs = append(errs, f.scratch.Close())
	}
	s.files = kept
	return errors.Join(errs...)
}
