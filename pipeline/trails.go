package pipeline

import (
	"errors"
	"maps"
	"slices"
	"time"

	"roletrail/cloudtrail/trail"
	"roletrail/parquet"
)

// TrailOptions say how the configuration of trails is taken.
type TrailOptions struct {
	// At is the moment that the configuration describes.
	At time.Time
	// Version is the program's, for the ledger.
	Version string
	// Warn is told of files that are still on the disk although newer ones took their
	// place. Where it is nil that is an error.
	Warn func(error)
}

// IngestTrails writes what trails log into the lake: one file per account that owns
// trails, which takes the place of one of the same day. All of them count afterwards,
// or none.
func IngestTrails(lake *parquet.Lake, selectors []trail.Selector, options TrailOptions) (err error) {
	run, err := lake.Ledger().Begin(options.Version)
	if err != nil {
		return err
	}
	w := &trailsWriter{snapshotWriter{lake: lake, run: run, warn: options.Warn}}
	defer func() { err = errors.Join(err, w.abort()) }()
	accounts := map[string][]trail.Selector{}
	for _, s := range selectors {
		accounts[s.AccountID] = append(accounts[s.AccountID], s)
	}
	for _, account := range slices.Sorted(maps.Keys(accounts)) {
		if err := w.writeAccount(account, accounts[account], options.At.UTC()); err != nil {
			return err
		}
	}
	known, err := lake.Files(parquet.TrailsSchema.Table)
	if err != nil {
		return err
	}
	day := options.At.UTC().Format(time.DateOnly)
	for _, f := range known {
		if _, again := accounts[f.Account]; again && f.Partition == day {
			w.removed = append(w.removed, f.Name)
		}
	}
	return w.complete()
}

// trailsWriter writes the snapshots of trails.
type trailsWriter struct{ snapshotWriter }

func (w *trailsWriter) writeAccount(account string, selectors []trail.Selector, at time.Time) error {
	t, err := w.create(parquet.SnapshotPath(parquet.TrailsSchema, at, account, newID()), parquet.TrailsSchema)
	if err != nil {
		return err
	}
	for _, s := range selectors {
		var organization, multiRegion any // unknown without describe-trails
		if s.Described {
			organization, multiRegion = s.Organization, s.MultiRegion
		}
		err := t.add(account, s.TrailARN, organization, multiRegion, textOrNull(s.HomeRegion), s.Described, s.Category, textOrNull(s.ResourceType),
			s.Reads, s.Writes, s.Narrowed, s.ExcludedServices, at)
		if err != nil {
			return err
		}
	}
	return t.seal()
}
