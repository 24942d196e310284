package queries

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
)

// athenaRows reads an answer page by page.
type athenaRows struct {
	ctx     context.Context
	service *athenaService
	id      string
	columns []Column
	types   []string // Athena's, in lower case
	page    []types.Row
	next    *string // where the next page is
	cells   []any
	err     error
}

// newAthenaRows fetches the first page, which tells the columns. Before the rows of a
// statement that selects stands one with their names.
func newAthenaRows(ctx context.Context, service *athenaService, id string) (*athenaRows, error) {
	r := &athenaRows{ctx: ctx, service: service, id: id}
	set, err := r.fetch()
	if err != nil {
		return nil, err
	}
	if set.ResultSetMetadata == nil {
		return nil, fmt.Errorf("statement %s has no columns; ask again", id)
	}
	for _, c := range set.ResultSetMetadata.ColumnInfo {
		kind := strings.ToLower(aws.ToString(c.Type))
		r.types = append(r.types, kind)
		r.columns = append(r.columns, Column{Name: aws.ToString(c.Name), Type: athenaType(kind)})
	}
	if len(r.page) > 0 && r.isHead(r.page[0]) {
		r.page = r.page[1:]
	}
	r.cells = make([]any, len(r.columns))
	return r, nil
}

// athenaType is the name that all engines have for a type of Athena. Structs come as texts
// that nothing can be read from for sure, and stay texts.
func athenaType(kind string) string {
	switch kind {
	case "row", "map":
		return "varchar"
	case "float":
		return "double"
	}
	return neutralType(kind)
}

func (r *athenaRows) fetch() (*types.ResultSet, error) {
	out, err := r.service.client.GetQueryResults(r.ctx, &athena.GetQueryResultsInput{QueryExecutionId: &r.id, NextToken: r.next, MaxResults: aws.Int32(athenaPage)})
	if err != nil {
		return nil, explainAthena(r.ctx, err)
	}
	if out.ResultSet == nil {
		return nil, fmt.Errorf("statement %s has no answer; ask again", r.id)
	}
	r.page, r.next = out.ResultSet.Rows, out.NextToken
	return out.ResultSet, nil
}

// isHead reports whether a row has the names of the columns.
func (r *athenaRows) isHead(row types.Row) bool {
	if len(row.Data) != len(r.columns) {
		return false
	}
	for i, cell := range row.Data {
		if aws.ToString(cell.VarCharValue) != r.columns[i].Name {
			return false
		}
	}
	return true
}

func (r *athenaRows) Columns() []Column { return r.columns }

func (r *athenaRows) Next() bool {
	for len(r.page) == 0 && r.err == nil && r.next != nil {
		_, r.err = r.fetch()
	}
	if r.err != nil || len(r.page) == 0 {
		return false
	}
	row := r.page[0]
	r.page = r.page[1:]
	for i := range r.cells {
		r.cells[i] = nil
		if i >= len(row.Data) || row.Data[i].VarCharValue == nil {
			continue
		}
		if r.cells[i], r.err = athenaCell(*row.Data[i].VarCharValue, r.types[i]); r.err != nil {
			r.err = fmt.Errorf("reading column %q: %w", r.columns[i].Name, r.err)
			return false
		}
	}
	return true
}

// athenaCell turns the text that Athena writes for a value into what [Rows] promises.
func athenaCell(text, kind string) (any, error) {
	switch kind {
	case "boolean":
		return strconv.ParseBool(text)
	case "tinyint", "smallint", "integer", "bigint":
		return strconv.ParseInt(text, 10, 64)
	case "float", "real", "double", "decimal":
		return strconv.ParseFloat(text, 64)
	case "date":
		return time.Parse(time.DateOnly, text)
	case "timestamp":
		return time.Parse("2006-01-02 15:04:05", text) // a fraction may follow
	case "timestamp with time zone":
		return athenaZoned(text)
	case "array":
		return athenaList(text), nil
	}
	return text, nil
}

// athenaZoned reads a time with the name of its zone behind it.
func athenaZoned(text string) (any, error) {
	at := strings.LastIndexByte(text, ' ')
	zone, err := time.LoadLocation(text[at+1:])
	if err != nil {
		return nil, err
	}
	t, err := time.ParseInLocation("2006-01-02 15:04:05", text[:max(at, 0)], zone)
	return t.UTC(), err
}

// athenaList takes a list apart, of which Athena writes the texts without quotes: one that has
// a comma and a blank in it becomes two, and one that is "null" becomes NULL.
func athenaList(text string) []any {
	inner, ok := strings.CutPrefix(strings.TrimSuffix(text, "]"), "[")
	if !ok {
		return []any{text}
	}
	list := []any{}
	if inner == "" {
		return list
	}
	for _, element := range strings.Split(inner, ", ") {
		if element == "null" {
			list = append(list, nil)
			continue
		}
		list = append(list, element)
	}
	return list
}

func (r *athenaRows) Row() []any { return r.cells }

func (r *athenaRows) Err() error { return r.err }

// Close leaves the answer where it is: its statement is at its end.
func (r *athenaRows) Close() error {
	r.page, r.next = nil, nil
	return nil
}
