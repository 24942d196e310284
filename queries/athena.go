package queries

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/smithy-go/logging"

	"roletrail/pipeline/silence"
)

// AthenaOptions say how an Athena is asked, and under which name it has the lake.
type AthenaOptions struct {
	// Workgroup is the one that pays and limits.
	Workgroup string
	// Output is the place in S3 for answers, like s3://BUCKET/PREFIX/; empty is that of the
	// workgroup.
	Output string
	// Database is the one in which deploy/sql/views.sql was run.
	Database string
	// Spent is told of each statement, also of one that failed; it may be nil.
	Spent func(AthenaSpent)
	// Progress, if set, is told how far statements are while they run.
	Progress func(Progress)
}

// AthenaSpent is what one statement has read.
type AthenaSpent struct {
	Bytes int64
	// Dollars is an estimate, see [athenaDollars].
	Dollars float64
}

const (
	// athenaParameter is how many characters AWS's API takes for one value.
	athenaParameter = 1024
	// athenaPage is how many rows a page of answers has, at most.
	athenaPage = 1000
	// Statements are looked after in growing steps, since most are done soon.
	athenaFirstLook, athenaLastLook = 100 * time.Millisecond, 2 * time.Second
	// athenaStopPatience is how long stopping a statement may take.
	athenaStopPatience = 5 * time.Second
)

// OpenAthena reads the lake by Athena, in the Region and with the credentials that the AWS
// CLI would use. It fails if that is not reached, lets the identity not ask, or has not the
// tables of this version.
func OpenAthena(ctx context.Context, o AthenaOptions) (Engine, error) {
	a, err := newAthena(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("opening Athena: %w", err)
	}
	return openCatalogued(ctx, "athena", a, nil, "use --engine duckdb")
}

// athenaService is Athena over HTTP. It is safe for concurrent use.
type athenaService struct {
	client  *athena.Client
	options AthenaOptions
	region  string

	mu     sync.Mutex
	engine string // as the newest answer names it
}

func newAthena(ctx context.Context, o AthenaOptions) (*athenaService, error) {
	settings, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration of AWS: %w", err)
	}
	if settings.Region == "" {
		return nil, errors.New("no Region is set; name that of the workgroup with AWS_REGION or AWS_PROFILE")
	}
	if _, err := settings.Credentials.Retrieve(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("finding credentials: %s; name a profile with AWS_PROFILE, or sign in", oneLine(err.Error()))
	}
	client := athena.NewFromConfig(settings, func(o *athena.Options) {
		o.HTTPClient, o.Retryer = silence.Impatient(o.HTTPClient), silence.Persistent(o.Retryer)
	})
	return &athenaService{client: client, options: o, region: settings.Region}, nil
}

func (a *athenaService) lake() string {
	return fmt.Sprintf("Athena in %s, workgroup %s, database %s", a.region, a.options.Workgroup, a.options.Database)
}

// release is the version that Athena tells with each answer: it has no statement for it.
func (a *athenaService) release() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.engine
}

func (a *athenaService) Close() error { return nil }

// query runs a statement to its end: Athena gives no row before that.
func (a *athenaService) query(ctx context.Context, text string, args []driver.Value) (Rows, error) {
	values, err := athenaValues(args)
	if err != nil {
		return nil, err
	}
	input := &athena.StartQueryExecutionInput{
		QueryString: &text, ExecutionParameters: values, WorkGroup: &a.options.Workgroup,
		QueryExecutionContext: &types.QueryExecutionContext{Catalog: aws.String("AwsDataCatalog"), Database: &a.options.Database},
	}
	if a.options.Output != "" {
		input.ResultConfiguration = &types.ResultConfiguration{OutputLocation: &a.options.Output}
	}
	started, err := a.client.StartQueryExecution(ctx, input)
	if err != nil {
		return nil, explainAthena(ctx, err)
	}
	id := aws.ToString(started.QueryExecutionId)
	if err := a.await(ctx, id); err != nil {
		return nil, err
	}
	return newAthenaRows(ctx, a, id)
}

// await returns when a statement has succeeded. If ctx ends before, the statement is stopped.
func (a *athenaService) await(ctx context.Context, id string) error {
	for pause := athenaFirstLook; ; pause = min(pause*3/2, athenaLastLook) {
		out, err := a.client.GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: &id})
		if err != nil {
			return a.stop(ctx, id, explainAthena(ctx, err))
		}
		if done, err := a.ended(out.QueryExecution); done {
			return err
		}
		a.tell(out.QueryExecution)
		select {
		case <-ctx.Done():
			return a.stop(ctx, id, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// tell tells how far a statement is that has not ended.
func (a *athenaService) tell(e *types.QueryExecution) {
	if a.options.Progress == nil {
		return
	}
	p := Progress{State: strings.ToLower(string(e.Status.State))}
	if e.Statistics != nil {
		p.Bytes = aws.ToInt64(e.Statistics.DataScannedInBytes)
	}
	a.options.Progress(p)
}

// ended reports whether a statement is at its end, and how it failed.
func (a *athenaService) ended(e *types.QueryExecution) (bool, error) {
	if e == nil || e.Status == nil {
		return true, errors.New("it has not told the state of the statement; ask again")
	}
	switch e.Status.State {
	case types.QueryExecutionStateQueued, types.QueryExecutionStateRunning:
		return false, nil
	}
	if e.Statistics != nil && a.options.Spent != nil {
		bytes := aws.ToInt64(e.Statistics.DataScannedInBytes)
		a.options.Spent(AthenaSpent{Bytes: bytes, Dollars: athenaDollars(bytes)})
	}
	if e.EngineVersion != nil {
		a.mu.Lock()
		a.engine = strings.ToLower(strings.TrimPrefix(aws.ToString(e.EngineVersion.EffectiveEngineVersion), "Athena "))
		a.mu.Unlock()
	}
	if e.Status.State == types.QueryExecutionStateSucceeded {
		return true, nil
	}
	return true, failedAthena(e.Status)
}

// stop ends a statement that nobody waits for any more, and returns why.
func (a *athenaService) stop(ctx context.Context, id string, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), athenaStopPatience)
	defer cancel()
	if _, err := a.client.StopQueryExecution(ctx, &athena.StopQueryExecutionInput{QueryExecutionId: &id}); err != nil {
		return fmt.Errorf("%w; statement %s goes on, because it cannot be stopped: %w", why, id, explainAthena(ctx, err))
	}
	return why
}

// athenaValues are values for question marks as Athena takes them: literals of SQL, each an
// argument of its own that never becomes a part of the statement.
func athenaValues(args []driver.Value) ([]string, error) {
	var out []string
	for i, arg := range args {
		var literal string
		switch v := arg.(type) {
		case nil:
			literal = "NULL"
		case string:
			literal = "'" + strings.ReplaceAll(v, "'", "''") + "'"
		case int64:
			literal = strconv.FormatInt(v, 10)
		case float64:
			literal = strconv.FormatFloat(v, 'e', -1, 64)
		case bool:
			literal = strconv.FormatBool(v)
		default:
			return nil, fmt.Errorf("binding value %d: Athena takes no %T", i+1, arg)
		}
		if len(literal) > athenaParameter {
			return nil, fmt.Errorf("binding value %d: it has %d characters, and Athena takes %d; ask about fewer accounts, or use --engine duckdb", i+1, len(literal), athenaParameter)
		}
		out = append(out, literal)
	}
	return out, nil
}

// athenaDollars estimates what a statement costs that has read so much: 5 dollars for 10^12
// bytes, of which each million that was begun counts, and ten at least. That is the price in
// most Regions (docs/deployment.md), without that of S3's requests.
func athenaDollars(bytes int64) float64 {
	const million, least, price = 1_000_000, 10, 5e-6
	return float64(max((bytes+million-1)/million, least)) * price
}
