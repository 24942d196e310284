package queries

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/trinodb/trino-go-client/trino"
)

// TrinoOptions say where a Trino is, and under which names it has the lake.
type TrinoOptions struct {
	// URL is that of the coordinator with the user's name, and a password if it asks for
	// one, which https must protect: https://auditor@trino.example.com.
	URL string
	// Catalog is the one in which deploy/sql/trino.sql was run.
	Catalog string
	// Schema is the one in it in which deploy/sql/views.sql was run.
	Schema string
	// Scratch is the CATALOG.SCHEMA in which tables may be made while a question is
	// answered; empty: none may.
	Scratch string
	// Progress, if set, is told how far statements are while they run.
	Progress func(Progress)
}

const (
	// trinoStages is how many stages a statement may have, at most; Trino's own 150 are too
	// few for those that follow sessions through chains of roles.
	trinoStages = 2000
	// trinoPatience is how long a request is sent again that does not get through.
	trinoPatience = 10 * time.Second
	// trinoUser is who asks when the URL names nobody.
	trinoUser = "roletrail"
)

// OpenTrino reads the lake by a Trino that has its tables and views (deploy/sql). It fails
// if that cannot be reached, lets the user not in, or has not the tables of this version.
func OpenTrino(ctx context.Context, o TrinoOptions) (Engine, error) {
	t, err := newTrino(o)
	if err != nil {
		return nil, fmt.Errorf("opening Trino: %w", err)
	}
	s, err := newScratch(o.Scratch)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening Trino: %w", err), t.Close())
	}
	return openCatalogued(ctx, "trino", t, s, "name a schema for tables with --trino-scratch, or use --engine duckdb")
}

// trinoServer is a Trino over HTTP. It is safe for concurrent use.
type trinoServer struct {
	db      *sql.DB
	address string // without password
	options TrinoOptions
}

func newTrino(o TrinoOptions) (*trinoServer, error) {
	address, err := url.Parse(o.URL)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return nil, errors.New("reading its URL: it must be like https://USER@HOST:PORT") // without the URL: a password may be in it
	}
	if _, secret := address.User.Password(); secret && address.Scheme != "https" {
		return nil, errors.New("reading its URL: a password needs https")
	}
	if address.User == nil {
		address.User = url.User(trinoUser)
	}
	patience := trinoPatience
	connector, err := trino.NewConnector(&trino.Config{
		ServerURI: (&url.URL{Scheme: address.Scheme, User: address.User, Host: address.Host}).String(),
		Source:    "roletrail",
		Catalog:   o.Catalog,
		Schema:    o.Schema,
		TimeZone:  "UTC",
		SessionProperties: map[string]string{
			o.Catalog + ".timestamp_precision":      "MICROSECONDS",
			o.Catalog + ".ignore_absent_partitions": "true",
			"query_max_stage_count":                 strconv.Itoa(trinoStages),
		},
		RequestRetryTimeout:    &patience,
		DisableExplicitPrepare: true, // a statement does not fit into a header
	})
	if err != nil {
		return nil, fmt.Errorf("reading its URL: %w", err)
	}
	return &trinoServer{db: sql.OpenDB(connector), address: (&url.URL{Scheme: address.Scheme, Host: address.Host}).String(), options: o}, nil
}

func (t *trinoServer) lake() string {
	return fmt.Sprintf("Trino %s, catalogue %s, schema %s", t.address, t.options.Catalog, t.options.Schema)
}

func (t *trinoServer) Close() error { return t.db.Close() }

func (t *trinoServer) query(ctx context.Context, text string, args []driver.Value) (Rows, error) {
	var values []any
	for _, a := range args {
		values = append(values, trinoValue(a))
	}
	if t.options.Progress != nil {
		values = append(values, sql.Named("X-Trino-Progress-Callback", trinoProgress(t.options.Progress)), sql.Named("X-Trino-Progress-Callback-Period", progressEvery))
	}
	rows, err := t.db.QueryContext(ctx, text, values...)
	if err != nil {
		return nil, t.explain(ctx, err)
	}
	return newTrinoRows(ctx, t, rows)
}

// trinoValue is a value as the driver takes it: numbers with a fraction are written out.
func trinoValue(v driver.Value) any {
	if f, ok := v.(float64); ok {
		return trino.Numeric(strconv.FormatFloat(f, 'e', -1, 64))
	}
	return v
}

// trinoProgress is told by the driver how far a statement is.
type trinoProgress func(Progress)

func (tell trinoProgress) Update(info trino.QueryProgressInfo) {
	stats := info.QueryStats
	tell(Progress{State: strings.ToLower(stats.State), Share: min(max(float64(stats.ProgressPercentage), 0), 100) / 100, Bytes: stats.ProcessedBytes})
}
