package review

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"roletrail/queries"
)

func grantColumns() []queries.Column {
	columns := []queries.Column{{Name: "role_arn", Type: "varchar"}, {Name: "granted", Type: "bigint"}}
	for _, name := range parts["unused_summary"] {
		columns = append(columns, queries.Column{Name: name, Type: "bigint"})
	}
	return columns
}

// TestWhatIsShownAddsUp: at every width the counts of a summary are those granted, the
// rest in a column of its own, which the last line explains.
func TestWhatIsShownAddsUp(t *testing.T) {
	columns := grantColumns()
	counts := []any{"arn:aws:iam::111111111111:role/deploy", int64(127), int64(1), int64(2), int64(4), int64(8), int64(16), int64(32), int64(64)}
	withOther := 0
	for width := 48; width <= 140; width++ {
		var out bytes.Buffer
		if err := Write(&out, Table, nil, HeldRows(columns, [][]any{counts}), Options{Report: "unused_summary", Width: width}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		total := 0
		for _, cell := range strings.Fields(lines[1])[2:] {
			n, err := strconv.Atoi(cell)
			if err != nil {
				t.Fatalf("%d columns: %v in\n%s", width, err, out.String())
			}
			total += n
		}
		if total != 127 {
			t.Errorf("%d columns: the parts add up to %d of 127:\n%s", width, total, out.String())
		}
		explained := strings.Contains(lines[2], "other is possibly_used + denied_only")
		if has := strings.HasSuffix(strings.Join(strings.Fields(lines[0]), " ")+" ", " other "); has && explained {
			withOther++
		} else if has != strings.Contains(lines[2], "other is ") {
			t.Errorf("%d columns: is other explained?\n%s", width, out.String())
		}
	}
	if withOther == 0 {
		t.Error("no width left anything out")
	}
}

// TestRestOfLaterRows: rows after the first window have their own rest.
func TestRestOfLaterRows(t *testing.T) {
	var rows [][]any
	for i := range windowRows + 3 {
		n := int64(i)
		rows = append(rows, []any{"r", n + 1, int64(1), int64(0), n, int64(0), int64(0), int64(0), int64(0)})
	}
	var out bytes.Buffer
	if err := Write(&out, Table, nil, HeldRows(grantColumns(), rows), Options{Report: "unused_summary", Width: 60}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	last := strings.Fields(lines[len(lines)-3])
	if last[1] != "1003" || last[len(last)-1] != "1002" {
		t.Errorf("the last row is %q", lines[len(lines)-3])
	}
}

// TestNoRestWithoutParts: --wide shows all, and other answers add nothing up.
func TestNoRestWithoutParts(t *testing.T) {
	for _, o := range []Options{{Report: "unused_summary", Wide: true}, {Report: "last_used"}, {}} {
		if newRest(o, grantColumns()) != nil {
			t.Errorf("%+v has a rest", o)
		}
	}
	if newRest(Options{Report: "unused_summary"}, grantColumns()[:4]) != nil {
		t.Error("parts are missing, yet there is a rest")
	}
}
