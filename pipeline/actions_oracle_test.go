package pipeline_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/cloudtrail"
	"roletrail/iam/action"
	"roletrail/parquet"
	"roletrail/pipeline"
)

// actionOracle maps records to IAM actions the slow and obvious way. It shares with
// the mapper the reviewed tables and the names of the catalogue, and no code.
type actionOracle struct {
	names  map[string]string     // of the catalogue, by lower case
	tables map[string][][]string // lines by file
	about  map[string][][]string // lines by file, service and operation in lower case
}

func newActionOracle(t *testing.T) *actionOracle {
	t.Helper()
	o := &actionOracle{names: map[string]string{}, tables: map[string][][]string{}, about: map[string][][]string{}}
	for _, name := range action.Embedded().Names() {
		o.names[strings.ToLower(name)] = name
	}
	for _, file := range []string{"hosts.txt", "renames.txt", "verbs.txt", "passrole.txt", "tagging.txt"} {
		text, err := os.ReadFile(filepath.Join("../iam/action", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if fields := strings.Fields(line); len(fields) > 0 && fields[0] != "#" {
				key := file + " " + fields[0] + " " + strings.ToLower(fields[1])
				o.tables[file], o.about[key] = append(o.tables[file], fields), append(o.about[key], fields)
			}
		}
	}
	return o
}

var (
	versionEnding = regexp.MustCompile(`(?i)(_?v?\d{8}(v\d+)?|_?\d{4}_\d{2}_\d{2})$`)
	denialCode    = regexp.MustCompile(`(?i)accessdenied|unauthorized|(^|\.)(notauthorized|forbidden|authorizationerror|authorizationfailure|explicitdeny)(exception)?$`)
	deniedAction  = regexp.MustCompile(`ot authorized to perform:? *([a-zA-Z0-9-]+:[a-zA-Z0-9]+)`)
	servicePrefix = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
)

// of are the primary action of a record and all possible ones.
func (o *actionOracle) of(rec map[string]any) (primary string, possible []string) {
	text := func(member string) string { s, _ := rec[member].(string); return s }
	if kind := text("eventType"); kind != "" && kind != "AwsApiCall" {
		return "", nil
	}
	named := deniedAction.FindStringSubmatch(text("errorMessage"))
	if named != nil && (text("errorCode") == "" || denialCode.MatchString(text("errorCode"))) {
		if name := o.names[strings.ToLower(named[1])]; name != "" {
			return name, nil
		}
	}
	service := o.service(text("eventSource"))
	if !servicePrefix.MatchString(service) {
		return "", nil
	}
	name := versionEnding.ReplaceAllString(text("eventName"), "")
	if name == "" {
		name = text("eventName")
	}
	used, also := o.used(service, name)
	if service == "signin" && len(used) == 0 {
		return "", nil
	}
	if len(used)+len(also) == 0 {
		also = []string{service + ":*"}
	}
	if len(o.lines("passrole.txt", service, name)) > 0 {
		also = append(also, "iam:PassRole")
	}
	for _, line := range o.lines("tagging.txt", service, name) {
		also = append(also, full(service, line[2])...)
	}
	if len(used) > 0 {
		primary, also = used[0], append(used[1:len(used):len(used)], also...)
	}
	for _, a := range also {
		if a != primary && !slices.Contains(possible, a) {
			possible = append(possible, a)
		}
	}
	return primary, possible
}

func (o *actionOracle) service(source string) string {
	host := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(source), ".cn"), ".amazonaws.com")
	for _, label := range []string{host, strings.Split(host, ".")[0]} {
		for _, line := range o.tables["hosts.txt"] {
			if line[0] == label {
				return line[1]
			}
		}
	}
	return strings.Split(host, ".")[0]
}

func (o *actionOracle) used(service, name string) (used, also []string) {
	for _, line := range o.lines("renames.txt", service, name) {
		return full(service, line[2]), full(service, line[3])
	}
	if known := o.names[strings.ToLower(service+":"+name)]; known != "" {
		return []string{known}, nil
	}
	for _, line := range o.tables["verbs.txt"] {
		if line[0] == service && strings.HasPrefix(strings.ToLower(name), strings.ToLower(line[1])) {
			return full(service, line[2]), nil
		}
	}
	return nil, nil
}

// lines are those of a table about an operation.
func (o *actionOracle) lines(file, service, name string) [][]string {
	return o.about[file+" "+service+" "+strings.ToLower(name)]
}

func full(service, column string) (actions []string) {
	for _, a := range strings.Split(column, ",") {
		switch {
		case a == "-":
		case strings.Contains(a, ":"):
			actions = append(actions, a)
		default:
			actions = append(actions, service+":"+a)
		}
	}
	return actions
}

// TestActionsOfEveryEvent compares the two columns of actions with the oracle, on
// the test organisation and on the real records.
func TestActionsOfEveryEvent(t *testing.T) {
	folders := []string{filepath.Join(organisationDir, "AWSLogs")}
	real, _ := filepath.Glob(filepath.Join(realData, "*")) // none without the real records
	for _, path := range real {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			folders = append(folders, path)
		}
	}
	o := newActionOracle(t)
	var mapped, listed, unmapped, denied int
	for i, source := range folders {
		lake := filepath.Join(t.TempDir(), "lake")
		if i == 0 {
			lake = organisationLogs.made(t)
		} else {
			ingest(t, lake, pipeline.Options{}, source)
		}
		for _, row := range events(t, lake) {
			record, err := cloudtrail.Rebuild(row)
			if err != nil {
				t.Fatal(err)
			}
			primary, possible := o.of(record)
			got, _ := row["iam_action"].(string)
			list, _ := row["iam_actions_possible"].(string)
			if got != primary || list != strings.Join(possible, ",") {
				t.Errorf("%s: %v %v %v:\n got %s %v\nwant %s %v", source, row["event_source"], row["event_name"], row["error_message"], got, list, primary, possible)
			}
			switch {
			case primary == "":
				unmapped++
			case row["outcome"] == "denied":
				denied++
			default:
				mapped++
			}
			if len(possible) > 0 {
				listed++
			}
		}
	}
	t.Logf("%d events mapped, %d denied, %d without an action; %d with possible actions", mapped, denied, unmapped, listed)
	if mapped < 5000 || denied < 100 || unmapped < 100 || listed < 300 {
		t.Error("these are too few to have compared much")
	}
}

// TestActionsOfARefreshedCatalogue: events are mapped to the catalogue that the lake
// was refreshed with, and by what that says of operations.
func TestActionsOfARefreshedCatalogue(t *testing.T) {
	c, err := action.New(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
		[]action.Action{{Service: "novel", Name: "ReadThings", Level: action.Read}, {Service: "novel", Name: "TagThings", Level: action.Tagging}},
		[]action.Operation{{Service: "novel", Name: "FetchThing", Actions: []string{"novel:ReadThings", "novel:TagThings"}}})
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log.json")
	text := `{"eventTime":"2026-07-10T11:42:05Z","eventSource":"novel.amazonaws.com","eventName":"FetchThing","eventType":"AwsApiCall","eventID":"a"}`
	if err := os.WriteFile(log, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		refreshed *action.Catalogue
		primary   any
		possible  string
	}{
		{nil, nil, "novel:*"},
		{c, "novel:ReadThings", "novel:TagThings"},
	} {
		dir := filepath.Join(t.TempDir(), "lake")
		lake, err := parquet.CreateLake(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(pipeline.IngestCatalogue(lake, test.refreshed, "test"), lake.Close()); err != nil {
			t.Fatal(err)
		}
		ingest(t, dir, pipeline.Options{}, log)
		rows := events(t, dir)
		if len(rows) != 1 {
			t.Fatalf("%d events", len(rows))
		}
		list, _ := rows[0]["iam_actions_possible"].(string)
		if rows[0]["iam_action"] != test.primary || list != test.possible {
			t.Errorf("%v %v, want %v %v", rows[0]["iam_action"], list, test.primary, test.possible)
		}
	}
}
