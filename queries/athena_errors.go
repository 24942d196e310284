package queries

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/smithy-go"
)

// athenaSteps are what can be done about what Athena says, by a part of its words; the first
// that fits counts.
var athenaSteps = []struct{ part, step string }{
	{"WorkGroup", "name a workgroup of this account and Region with --athena-workgroup"},
	{"output location", "name a place in S3 for answers with --athena-output, or set that of the workgroup"},
	{"Bytes scanned limit", "ask about less, or raise the workgroup's limit (athena_scan_limit of deploy/terraform)"},
	{"TABLE_NOT_FOUND", "run deploy/sql/athena.sql and views.sql, or name their database with --athena-database"},
	{"SCHEMA_NOT_FOUND", "run deploy/sql/athena.sql and views.sql, or name their database with --athena-database"},
	{"COLUMN_NOT_FOUND", "the views are of another version if this is about one of them: run deploy/sql/athena.sql and views.sql of this one"},
	{"VIEW_IS_STALE", "run deploy/sql/views.sql again"},
	{"INVALID_VIEW", "run deploy/sql/views.sql again"},
	{"not authorized", athenaPolicy},
	{"ermission", athenaPolicy},
	{"ccess denied", athenaPolicy},
	{"Access Denied", athenaPolicy},
	{"exhausted resources", "ask about less, or ask again later"},
}

const athenaPolicy = "let this identity ask Athena, and read the lake and the answers (policy ask_athena of deploy/terraform)"

// explainAthena says in one line what an error of the SDK means, and the next step, as far as
// there is one. It is nil for nil.
func explainAthena(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	var told smithy.APIError
	var unreachable net.Error
	switch {
	case errors.As(err, &told):
		return explainedAthena(told.ErrorCode(), told.ErrorMessage())
	case errors.As(err, &unreachable):
		return fmt.Errorf("it cannot be reached: %w; see whether this machine may reach AWS, and whether the Region is right", cause(unreachable))
	}
	return fmt.Errorf("it has not answered as Athena does: %s", oneLine(err.Error()))
}

// explainedAthena is an answer that refuses.
func explainedAthena(code, message string) error {
	switch code {
	case "AccessDeniedException":
		return fmt.Errorf("%s; %s", oneLine(message), athenaPolicy)
	case "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException", "IncompleteSignature":
		return fmt.Errorf("%s; name a profile with AWS_PROFILE, or sign in again", oneLine(message))
	case "TooManyRequestsException", "ThrottlingException":
		return fmt.Errorf("%s; ask again when fewer statements run in this account", oneLine(message))
	}
	return withStep(message)
}

// failedAthena is how a statement ended that did not succeed.
func failedAthena(status *types.QueryExecutionStatus) error {
	reason := aws.ToString(status.StateChangeReason)
	if reason == "" && status.AthenaError != nil {
		reason = aws.ToString(status.AthenaError.ErrorMessage)
	}
	if status.State == types.QueryExecutionStateCancelled && !strings.Contains(reason, "limit") {
		return fmt.Errorf("the statement was cancelled; somebody has stopped it in Athena: %s", oneLine(reason))
	}
	return withStep(reason)
}

// withStep adds the next step, if there is one.
func withStep(message string) error {
	for _, s := range athenaSteps {
		if strings.Contains(message, s.part) {
			return fmt.Errorf("%s; %s", oneLine(message), s.step)
		}
	}
	return errors.New(oneLine(message))
}
