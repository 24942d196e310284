package pipeline

import (
	"errors"
	"maps"
	"slices"
	"time"

	"roletrail/cloudtrail/trail"
	"roletrail/parquet"
)

// IngestTrails writes what trails log into the lake: one file per account that owns
// trails, which takes the place of one of the same day. at is the moment that the
// configuration describes.
func IngestTrails(lake *parquet.Lake, selectors []trail.Selector, at time.Time, version string) error {
	run, err := lake.Ledger().Begin(version)
	if err != nil {
		return err
	}
	accounts := map[string][]trail.Selector{}
	for _, s := range selectors {
		accounts[s.AccountID] = append(accounts[s.AccountID], s)
	}
	known, err := lake.Files(parquet.TrailsSchema.Table)
	if err != nil {
		return err
	}
	day := at.UTC().Format(time.DateOnly)
	var batch parquet.Batch
	for _, account := range slices.Sorted(maps.Keys(accounts)) {
		entry, err := writeTrails(lake, run, account, accounts[account], at.UTC())
		if err != nil {
			return err
		}
		batch.Files = append(batch.Files, entry)
	}
	for _, f := range known {
		if _, again := accounts[f.Account]; again && f.Partition == day {
			batch.Removed = append(batch.Removed, f.Name)
		}
	}
	if err := lake.Commit(run, batch); err != nil {
		return err
	}
	return lake.Ledger().Finish(run)
}

func writeTrails(lake *parquet.Lake, run int64, account string, selectors []trail.Selector, at time.Time) (parquet.FileEntry, error) {
	t, err := newTable(lake, run, parquet.SnapshotPath(parquet.TrailsSchema, at, account, newID()), parquet.TrailsSchema)
	if err != nil {
		return parquet.FileEntry{}, err
	}
	for _, s := range selectors {
		var organization, multiRegion any // unknown without describe-trails
		if s.Described {
			organization, multiRegion = s.Organization, s.MultiRegion
		}
		err := t.add(account, s.TrailARN, organization, multiRegion, textOrNull(s.HomeRegion), s.Described, s.Category, textOrNull(s.ResourceType),
			s.Reads, s.Writes, s.Narrowed, s.ExcludedServices, at)
		if err != nil {
			return parquet.FileEntry{}, errors.Join(err, t.abort())
		}
	}
	return t.commit()
}
