package queries

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/trinodb/trino-go-client/trino"
)

// trinoSteps are what can be done about errors of Trino, by their names.
var trinoSteps = map[string]string{
	"CATALOG_NOT_FOUND":            "name the catalogue in which deploy/sql/trino.sql was run with --trino-catalog",
	"SCHEMA_NOT_FOUND":             "run deploy/sql/trino.sql and views.sql, or name their schema with --trino-schema",
	"TABLE_NOT_FOUND":              "run deploy/sql/trino.sql and views.sql, or name their schema with --trino-schema",
	"COLUMN_NOT_FOUND":             "the views are of another version if this is about one of them: run deploy/sql/trino.sql and views.sql of this one",
	"VIEW_IS_STALE":                "run deploy/sql/views.sql again",
	"INVALID_VIEW":                 "run deploy/sql/views.sql again",
	"PERMISSION_DENIED":            "let the user read the schemas files, lake and that of the views, or name another user in --trino-url",
	"INVALID_SESSION_PROPERTY":     "the catalogue must be one of the Hive connector, and the user be allowed to set session properties",
	"QUERY_HAS_TOO_MANY_STAGES":    "raise query.max-stage-count of the server",
	"OPTIMIZER_TIMEOUT":            "name a schema for tables with --trino-scratch, raise iterative-optimizer-timeout of the server, or use --engine duckdb",
	"EXCEEDED_TIME_LIMIT":          "raise query.max-execution-time of the server, or ask about less",
	"USER_CANCELED":                "somebody has cancelled it on the server",
	"ADMINISTRATIVELY_KILLED":      "somebody has cancelled it on the server",
	"ADMINISTRATIVELY_PREEMPTED":   "ask again when the server has room for it",
	"CLUSTER_OUT_OF_MEMORY":        "ask again when the server has room for it, or ask about less",
	"EXCEEDED_LOCAL_MEMORY_LIMIT":  "raise query.max-memory-per-node of the server, or ask about less",
	"EXCEEDED_GLOBAL_MEMORY_LIMIT": "raise query.max-memory of the server, or ask about less",
}

// explain says in one line what an error of the driver means, and the next step, as far
// as there is one. It is nil for nil.
func (t *trinoServer) explain(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	var refused *trino.ErrQueryFailed
	var failed *trino.ErrTrino
	var unreachable net.Error
	switch {
	case errors.As(err, &failed):
		return failedTrino(failed)
	case errors.As(err, &refused) && refused.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%s lets this user not in (401); put USER:PASSWORD@ into --trino-url, with https", t.address)
	case errors.As(err, &refused) && refused.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%s does not allow this user to ask (403); name another one in --trino-url", t.address)
	case errors.As(err, &refused) && refused.StatusCode != 0:
		return fmt.Errorf("%s answers with status %d, not as a Trino does; see whether --trino-url is that of its coordinator", t.address, refused.StatusCode)
	case errors.As(err, &unreachable):
		return fmt.Errorf("%s cannot be reached: %w; see whether it runs, and whether --trino-url is that of its coordinator", t.address, cause(unreachable))
	}
	return fmt.Errorf("%s has not answered as a Trino does: %w; see whether --trino-url is that of its coordinator", t.address, err)
}

// failedTrino is an error of a statement.
func failedTrino(failed *trino.ErrTrino) error {
	if step := trinoSteps[failed.ErrorName]; step != "" {
		return fmt.Errorf("%s; %s", oneLine(failed.Message), step)
	}
	return errors.New(oneLine(failed.Message))
}

// oneLine is a message of a server on one line, and not endless.
func oneLine(message string) string {
	const most = 500
	words := strings.Join(strings.Fields(message), " ")
	if len(words) > most {
		words = strings.ToValidUTF8(words[:most], "") + "…"
	}
	return words
}

// cause is what the system says of a call that failed, without the request around it.
func cause(err error) error {
	var call *net.OpError
	if errors.As(err, &call) {
		return call
	}
	return err
}
