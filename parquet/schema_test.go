package parquet

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// TestColumnConstants holds the constants of columns.go equal to EventsSchema:
// ColSourceIPAddress is the position of source_ip_address, and so on.
func TestColumnConstants(t *testing.T) {
	names := constantNames(t)
	if len(names) != NumEventColumns || len(EventsSchema.Columns) != NumEventColumns {
		t.Fatalf("%d constants, %d columns, NumEventColumns %d", len(names), len(EventsSchema.Columns), NumEventColumns)
	}
	for i, c := range EventsSchema.Columns {
		if want := "Col" + strings.ReplaceAll(c.Name, "_", ""); !strings.EqualFold(names[i], want) {
			t.Errorf("position %d is %s, the column is %s", i, names[i], c.Name)
		}
		if EventsSchema.Index(c.Name) != i {
			t.Errorf("Index(%q) is %d, want %d", c.Name, EventsSchema.Index(c.Name), i)
		}
	}
	if EventsSchema.Index("event_date") != -1 {
		t.Error("the partition event_date must not be a column")
	}
	if ColEventTime != 1 || ColDerivation != NumEventColumns-1 {
		t.Errorf("ColEventTime is %d, ColDerivation is %d", ColEventTime, ColDerivation)
	}
}

func constantNames(t *testing.T) (names []string) {
	f, err := parser.ParseFile(token.NewFileSet(), "columns.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(v.Names[0].Name, "Col") {
			names = append(names, v.Names[0].Name)
		}
		return true
	})
	return names
}

func TestKinds(t *testing.T) {
	for name, want := range map[string]Column{
		"event_id":             {Kind: Text},
		"event_time":           {Kind: Timestamp, Required: true},
		"request_parameters":   {Kind: Text, Raw: true},
		"user_identity":        {Kind: Dict, Raw: true},
		"other":                {Kind: Dict, Raw: true},
		"role_arn":             {Kind: Dict},
		"iam_actions_possible": {Kind: Dict},
		"read_only":            {Kind: Bool},
		"record_index":         {Kind: Int32},
	} {
		want.Name = name
		if got := EventsSchema.Columns[EventsSchema.Index(name)]; got != want {
			t.Errorf("column is %+v, want %+v", got, want)
		}
	}
	raw := 0
	for _, c := range EventsSchema.Columns {
		if c.Raw {
			raw++
		}
	}
	if raw != 9 {
		t.Errorf("%d raw columns, design 5 has 9 of JSON", raw)
	}
}

func TestDoubleColumn(t *testing.T) {
	defer func() {
		if r := recover(); r != "parquet: column a of x is declared twice" {
			t.Errorf("panic is %v", r)
		}
	}()
	newSchema("x", Column{Name: "a"}, Column{Name: "a"})
}
