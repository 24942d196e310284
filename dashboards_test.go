package roletrail_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dashboard is what is held of Grafana's dashboards, see its documentation of the JSON model.
type dashboard struct {
	UID           string `json:"uid"`
	Title         string `json:"title"`
	Description   string `json:"description"`
	SchemaVersion int    `json:"schemaVersion"`
	Templating    struct {
		List []struct {
			Name       string `json:"name"`
			Type       string `json:"type"`
			Definition string `json:"definition"`
		} `json:"list"`
	} `json:"templating"`
	Panels []struct {
		ID          int    `json:"id"`
		Type        string `json:"type"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Datasource  struct {
			UID string `json:"uid"`
		} `json:"datasource"`
		GridPos     grid `json:"gridPos"`
		FieldConfig struct {
			Defaults struct {
				Unit       string `json:"unit"`
				Thresholds struct {
					Steps []json.RawMessage `json:"steps"`
				} `json:"thresholds"`
			} `json:"defaults"`
		} `json:"fieldConfig"`
		Targets []struct {
			RefID  string `json:"refId"`
			Expr   string `json:"expr"`   // of Prometheus
			RawSQL string `json:"rawSQL"` // of Athena or Trino
		} `json:"targets"`
	} `json:"panels"`
}

// grid is a rectangle, in columns of which there are 24, and in rows.
type grid struct{ H, W, X, Y int }

func (a grid) overlaps(b grid) bool {
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

// units are those of Grafana's that the dashboards use.
var units = []string{"none", "short", "s", "bytes", "Bps", "percentunit", "dateTimeAsIso"}

// variable is a use of a variable in a query.
var variable = regexp.MustCompile(`\$(?:\{)?(\w+)`)

// TestDashboards holds the dashboards to the form that Grafana documents. Whether they
// render only Grafana can say; their queries are asked of a real Prometheus by make
// integration.
func TestDashboards(t *testing.T) {
	files, err := filepath.Glob("dashboards/grafana/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d dashboards, %v", len(files), err)
	}
	uids := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d dashboard
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if !strings.HasPrefix(d.UID, "roletrail-") || len(d.UID) > 40 || uids[d.UID] != "" || d.Title == "" || d.Description == "" || d.SchemaVersion != 39 || len(d.Panels) == 0 {
			t.Errorf("%s: uid %q (also of %q), title %q, description %q, version %d, %d panels", file, d.UID, uids[d.UID], d.Title, d.Description, d.SchemaVersion, len(d.Panels))
		}
		uids[d.UID] = file
		checkPanels(t, file, &d)
	}
}

func checkPanels(t *testing.T, file string, d *dashboard) {
	used := map[string]bool{}
	use := func(text string) {
		for _, found := range variable.FindAllStringSubmatch(text, -1) {
			used[found[1]] = true
		}
	}
	var known []string
	for _, v := range d.Templating.List {
		known = append(known, v.Name)
		use(v.Definition)
	}
	ids := map[int]bool{}
	for i, p := range d.Panels {
		if !slices.Contains([]string{"stat", "timeseries", "table", "bargauge"}, p.Type) || p.Title == "" || len(p.Description) < 20 || !slices.Contains(units, p.FieldConfig.Defaults.Unit) ||
			len(p.FieldConfig.Defaults.Thresholds.Steps) == 0 || p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 || ids[p.ID] {
			t.Errorf("%s, panel %q: something is missing or twice: %+v", file, p.Title, p)
		}
		ids[p.ID] = true
		if g := p.GridPos; g.W <= 0 || g.H <= 0 || g.X < 0 || g.Y < 0 || g.X+g.W > 24 {
			t.Errorf("%s, panel %q: it does not fit the grid: %+v", file, p.Title, g)
		}
		for _, other := range d.Panels[:i] {
			if p.GridPos.overlaps(other.GridPos) {
				t.Errorf("%s: panels %q and %q overlap", file, p.Title, other.Title)
			}
		}
		use(p.Datasource.UID)
		for _, target := range p.Targets {
			if (target.Expr == "") == (target.RawSQL == "") || target.RefID == "" {
				t.Errorf("%s, panel %q: a query is empty, or two in one", file, p.Title)
			}
			use(target.Expr)
			use(target.RawSQL)
		}
	}
	for _, name := range known {
		if !used[name] {
			t.Errorf("%s: variable %s is not used", file, name)
		}
	}
	for name := range used {
		if !slices.Contains(known, name) && !strings.HasPrefix(name, "__") {
			t.Errorf("%s: there is no variable %s", file, name)
		}
	}
}

var (
	shippedView = regexp.MustCompile(`(?m)^create or replace view (\w+) as$`)
	ownTable    = regexp.MustCompile(`(\w+) as \(`)
	read        = regexp.MustCompile(`\b(?:from|join) (\S+)`)
)

// TestDashboardQueries: the SQL of dashboards is that of the files beside them, and all of these are asked;
// they read the views that deploy/sql ships for readers, and nothing else. That they answer in DuckDB is
// tested with the examples of report sql.
func TestDashboardQueries(t *testing.T) {
	views := map[string]bool{}
	for _, found := range shippedView.FindAllStringSubmatch(string(readFile(t, "deploy/sql/views.sql")), -1) {
		views[found[1]] = true
	}
	asked := map[string]bool{}
	dashboards, _ := filepath.Glob("dashboards/grafana/*.json")
	for _, file := range dashboards {
		var d dashboard
		if err := json.Unmarshal(readFile(t, file), &d); err != nil {
			t.Fatal(err)
		}
		for _, p := range d.Panels {
			asked[p.Targets[0].RawSQL] = true
		}
	}
	files, _ := filepath.Glob("dashboards/grafana/queries/*.sql")
	for _, file := range files {
		text := string(readFile(t, file))
		if !asked[text] {
			t.Errorf("no dashboard asks %s", file)
		}
		delete(asked, text)
		known := maps.Clone(views)
		for _, found := range ownTable.FindAllStringSubmatch(text, -1) {
			known[found[1]] = true
		}
		for _, found := range read.FindAllStringSubmatch(text, -1) {
			if !known[found[1]] {
				t.Errorf("%s reads %s, which is no view that is shipped", file, found[1])
			}
		}
	}
	if delete(asked, ""); len(asked) > 0 || len(files) < 5 || len(views) < 10 {
		t.Errorf("%d queries stand in no file; %d files, %d views", len(asked), len(files), len(views))
	}
}
