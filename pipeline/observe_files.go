package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"roletrail/cloudtrail"
	"roletrail/parquet"
	"roletrail/pipeline/unusual"
)

// observedColumns are those that tell what is ordinary.
var observedColumns = []string{"recipient_account_id", "role_arn", "source_ip_address", "outcome", "assumed_role_arn", "caller", "change", "passed_role_arn", "event_source"}

// observeFiles are the sightings of a day's files. When on the day something happened they do
// not say: it counts as seen at its end, so that nothing is taken to be known for longer than it is.
func (u *Unusual) observeFiles(ctx context.Context, lake *parquet.Lake, day string, files []parquet.DataFile) (parquet.Sightings, error) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return parquet.Sightings{}, fmt.Errorf("learning what is ordinary: folder of %q is no day: %w", files[0].Path, err)
	}
	o := unusual.NewObservations(at.AddDate(0, 0, 1)) // no event of the day is news
	roles := observedRoles{privileged: u.isPrivileged}
	for _, f := range files {
		if err := observeFile(ctx, func([]byte) *unusual.Observations { return o }, &roles, f.Path, endOf(at)); err != nil {
			return parquet.Sightings{}, fmt.Errorf("learning what is ordinary: %w", err)
		}
	}
	judge := unusual.Judge{Memory: lake.Ledger()}
	_, seen, err := judge.Judge(o)
	return seen, err
}

// endOf is the last moment of a day, in µs since 1970.
func endOf(day time.Time) int64 { return day.AddDate(0, 0, 1).UnixMicro() - 1 }

// observeFile observes the events of a file, each for what of tells by the account that logged it; nil
// leaves it out.
func observeFile(ctx context.Context, of func(account []byte) *unusual.Observations, roles *observedRoles, path string, at int64) error {
	before := make([][]byte, len(observedColumns)) // neighbours are often alike
	return parquet.ReadText(path, observedColumns, func(row [][]byte) error {
		same := true
		if string(row[6]) != boundChange {
			row[7], row[8] = nil, nil // of no other call it matters
		}
		for i, cell := range row {
			if (cell == nil) != (before[i] == nil) || !bytes.Equal(cell, before[i]) {
				same = false
				before[i] = bytes.Clone(cell)
			}
		}
		if same {
			return nil
		}
		if o := of(row[0]); o != nil {
			observeRow(o, roles, row, at)
		}
		return ctx.Err()
	})
}

func observeRow(o *unusual.Observations, roles *observedRoles, row [][]byte, at int64) {
	if row[0] != nil {
		o.Account(string(row[0]), at, at)
	}
	if row[1] != nil {
		role := roles.of(row[1])
		if string(row[3]) != string(cloudtrail.Denied) {
			o.Used(role.key, at, at)
		}
		if role.isPrivileged {
			o.From(role.arn, role.key, row[2], at, at, unusual.News{})
		}
	}
	if row[4] != nil && string(row[3]) == string(cloudtrail.Success) {
		role := roles.of(row[4])
		o.Became(role.arn, role.key, string(row[5]), "", at, at, unusual.News{})
	}
	if row[7] != nil && string(row[3]) == string(cloudtrail.Success) {
		o.Bound(string(row[7]), string(row[8]), at, at, unusual.News{})
	}
}
