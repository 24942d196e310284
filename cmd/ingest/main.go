// Ingest brings CloudTrail logs and IAM inventories into a lake.
//
// # Usage
//
//	ingest logs SOURCE…     log files, folders, or - for standard input
//	ingest watch SOURCE…    the same as they come, until it is stopped; metrics
//	ingest iam FILE…        output of aws iam get-account-authorization-details
//	ingest iam --live       the same, asked of IAM itself
//	ingest iam --from-logs  as much of it as the lake's own events tell
//	ingest trail FILE…      what trails log: aws cloudtrail get-event-selectors
//	ingest catalogue        the IAM actions there are; --refresh asks AWS
//	ingest compact          few large files of the many small ones of each day
//	ingest fsck             holds the lake against its ledger; --repair mends it
//	ingest quarantine       lists what could not be read
//	(started by AWS Lambda) takes the objects that S3 gives notice of
//
// A source may be given again at any time: what the lake has is not read twice,
// and an event is stored once however often it was delivered. What cannot be read
// is put into quarantine, named on standard error, and makes the exit code 3.
//
// Every run of ingest logs ends with its balance:
//
//	objects 1204 = ingested 1180 + already 0 + skipped 24 + quarantined 0
//	records 20114 = written 20007 + duplicate 107 + quarantined 0
//
// # What leaves the machine
//
// Nothing but what was asked for: ingest catalogue --refresh, if it is given a URL,
// fetches the files of AWS's service reference from there, ingest iam --live calls
// iam:GetAccountAuthorizationDetails, and s3:// sources, s3:// lakes and queues are asked
// as such, all with the credentials that the AWS CLI would use. ingest watch --listen
// answers Prometheus. Otherwise the program reads the sources and writes the lake. Session tokens are
// removed from records before they are written.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
)

// gcPercent trades a little time for memory: what ingest holds is mostly buffers
// that it reuses, so the garbage beside them need not grow as large as they are.
const gcPercent = 40

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv(lambdaRuntime) != "" {
		os.Exit(runLambda())
	}
	os.Exit(run(cli.OS()))
}

func run(p *cli.Program) int {
	return p.Run(context.Background(), newRoot(p))
}

func newRoot(p *cli.Program) *cobra.Command {
	root := &cobra.Command{
		Use:   "ingest",
		Short: "Bring CloudTrail logs and IAM inventories into a lake",
		Long: `Bring CloudTrail logs and IAM inventories into a lake.

The lake is a folder of Parquet files that report, DuckDB, Athena or any other
engine can read. Everything may be ingested again at any time: what the lake has
is not stored twice.`,
		Example: `  ingest logs ./AWSLogs
  aws iam get-account-authorization-details > inventory.json
  ingest iam inventory.json`,
	}
	common := cli.AddCommon(root, p)
	root.AddCommand(newLogs(p, common), newWatch(p, common), newIAM(p, common), newTrail(p, common), newCatalogue(p, common), newCompact(p, common), newFsck(p, common), newQuarantine(p, common))
	return root
}
