package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/review/termtext"
)

// listFormat is how a list is written.
type listFormat string

const (
	listText   listFormat = "text"
	listNDJSON listFormat = "ndjson"
)

func newQuarantine(p *cli.Program, common *cli.Common) *cobra.Command {
	format := listText
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "List what could not be read",
		Long: `List what could not be read.

Every object and record that ingest logs set aside, newest first, with the reason:
as lines for people, or with --format ndjson as one JSON object per line, with the
SHA-256 of the bytes. The lake is only read.`,
		Example: `  ingest quarantine
  ingest quarantine --format ndjson | jq -r .object | sort -u`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if common.LakeInS3() {
				return listS3Quarantine(cmd.Context(), p, common.Lake, format)
			}
			return listQuarantine(p, common.Lake, format)
		},
	}
	cli.TakesS3Lake(cmd)
	cli.EnumVar(cmd, false, &format, "format", "how the list is written", listText, listNDJSON)
	return cmd
}

func listQuarantine(p *cli.Program, folder string, format listFormat) (err error) {
	lake, err := parquet.OpenLake(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	if lake.Ledger() == nil {
		return cli.WithHint(fmt.Errorf("listing the quarantine of lake %q: it has no ledger", folder), "a copy of the data alone does not know what is missing")
	}
	write := entryWriter(format)
	return lake.Ledger().EachQuarantined(func(q parquet.QuarantineEntry) error { return write(p, q) })
}

func listS3Quarantine(ctx context.Context, p *cli.Program, lake string, format listFormat) error {
	store, err := bucket.OpenStore(ctx, lake)
	if err != nil {
		return err
	}
	write := entryWriter(format)
	return pipeline.RemoteQuarantine(ctx, store, func(q parquet.QuarantineEntry) error { return write(p, q) })
}

func entryWriter(format listFormat) func(*cli.Program, parquet.QuarantineEntry) error {
	if format == listNDJSON {
		return writeEntryJSON
	}
	return writeEntry
}

func writeEntry(p *cli.Program, q parquet.QuarantineEntry) error {
	at, _, _ := strings.Cut(q.At, ".") // seconds will do
	_, err := fmt.Fprintf(p.Stdout, "%s  %s: %s\n", termtext.Line(at), termtext.Line(placeOf(q.Object, recordOf(q), q.Offset)), termtext.Line(q.Reason))
	return err
}

// recordOf is the entry's record, nil for a whole object.
func recordOf(q parquet.QuarantineEntry) *int {
	if q.Record == parquet.WholeObject {
		return nil
	}
	record := int(q.Record)
	return &record
}

// placeOf names an object or a record of it.
func placeOf(object string, record *int, offset int64) string {
	if record == nil {
		return object
	}
	return fmt.Sprintf("record %d of %s at byte %d", *record, object, offset)
}

func writeEntryJSON(p *cli.Program, q parquet.QuarantineEntry) error {
	entry := struct {
		At     string `json:"at"`
		Object string `json:"object"`
		Offset int64  `json:"offset"`
		Record *int   `json:"record"`
		Reason string `json:"reason"`
		Detail string `json:"detail,omitempty"`
		SHA256 string `json:"sha256,omitempty"`
	}{At: q.At, Object: q.Object, Offset: q.Offset, Record: recordOf(q), Reason: q.Reason, Detail: q.Detail}
	if q.SHA256 != [32]byte{} {
		entry.SHA256 = hex.EncodeToString(q.SHA256[:])
	}
	return json.NewEncoder(p.Stdout).Encode(entry)
}
