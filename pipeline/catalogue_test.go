package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/iam/action"
	"roletrail/parquet"
)

const referenceFolder = "../iam/action/testdata/reference"

func refreshedCatalogue(t *testing.T) *action.Catalogue {
	t.Helper()
	services, err := ReadReference(context.Background(), referenceFolder)
	if err != nil {
		t.Fatal(err)
	}
	c, err := action.Embedded().Refresh(time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC), services)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCatalogueOfTheLake: a lake gives a refreshed catalogue back as it was, and the
// built-in one for everything else.
func TestCatalogueOfTheLake(t *testing.T) {
	lake := openLake(t)
	load := func(want *action.Catalogue) {
		t.Helper()
		got, err := LoadCatalogue(lake)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Names(), want.Names()) || !got.Date().Equal(want.Date()) {
			t.Errorf("it is of %s with %d actions, not of %s with %d", got.Date(), got.Len(), want.Date(), want.Len())
		}
		for i := range want.Len() {
			if a, b := got.At(i), want.At(i); a.Level != b.Level || a.Observability != b.Observability || a.DataType != b.DataType || !slices.Equal(a.ResourceTypes, b.ResourceTypes) {
				t.Fatalf("%+v became %+v", b, a)
			}
		}
		a, b := slices.Collect(got.Operations()), slices.Collect(want.Operations())
		if !slices.EqualFunc(a, b, func(x, y action.Operation) bool {
			return x.Service == y.Service && x.Name == y.Name && slices.Equal(x.Actions, y.Actions)
		}) {
			t.Errorf("operations are %v, not %v", a, b)
		}
	}
	write := func(c *action.Catalogue) {
		t.Helper()
		if err := IngestCatalogue(lake, c, "test"); err != nil {
			t.Fatal(err)
		}
	}
	load(action.Embedded())
	write(nil)
	load(action.Embedded())
	refreshed := refreshedCatalogue(t)
	if n := len(slices.Collect(refreshed.Operations())); n != 7 {
		t.Fatalf("the fixture gives %d operations", n)
	}
	write(refreshed)
	load(refreshed)
	write(nil)
	load(action.Embedded())
	rows, _, err := parquet.ReadRows(filepath.Join(lake.Dir(), "catalogue", "operations", "operations.parquet"), parquet.CatalogueOperationsSchema)
	if err != nil || len(rows) != 0 {
		t.Errorf("%d operations stay behind, %v", len(rows), err)
	}
}

func TestCatalogueRows(t *testing.T) {
	lake := openLake(t)
	if err := IngestCatalogue(lake, refreshedCatalogue(t), "test"); err != nil {
		t.Fatal(err)
	}
	date := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	want := map[string][]any{
		"s3:GetObject":      {"s3:GetObject", "s3", "GetObject", "read", []string{"object"}, "data", "AWS::S3::Object", date, "refreshed"},
		"iam:CreateRole":    {"iam:CreateRole", "iam", "CreateRole", "write", []string{"role*"}, "documented", nil, date, "refreshed"},
		"depot:CreateCrate": {"depot:CreateCrate", "depot", "CreateCrate", "write", []string{"crate", "depot"}, "attested", nil, date, "refreshed"},
		"depot:UseForklift": {"depot:UseForklift", "depot", "UseForklift", "write", []string{}, "permission_only", nil, date, "refreshed"},
	}
	rows, _, err := parquet.ReadRows(filepath.Join(lake.Dir(), "catalogue", "actions", "actions.parquet"), parquet.CatalogueActionsSchema)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		expected, ok := want[row[0].(string)]
		if !ok {
			continue
		}
		delete(want, row[0].(string))
		for i := range row {
			if list, ok := expected[i].([]string); ok && slices.Equal(list, row[i].([]string)) || !ok && row[i] == expected[i] {
				continue
			}
			t.Errorf("%s: column %d is %v, want %v", row[0], i, row[i], expected[i])
		}
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
}

// TestRefreshedCatalogueMapsEvents: what an operation asks for is known to the runs
// after a refresh, and only to them.
func TestRefreshedCatalogueMapsEvents(t *testing.T) {
	lake, dir := openLake(t), t.TempDir()
	actions := func(day string) (action, possible any) {
		t.Helper()
		record := `{"Records":[{"eventVersion":"1.08","eventID":"` + day + `","eventTime":"` + day + `T10:00:00Z","eventSource":"depot.amazonaws.com",` +
			`"eventName":"SealCrate","eventType":"AwsApiCall","awsRegion":"eu-west-1","recipientAccountId":"111111111111"}]}`
		if err := os.WriteFile(filepath.Join(dir, day+".json"), []byte(record), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Ingest(context.Background(), lake, []Source{Files{Path: dir}}, Options{}); err != nil {
			t.Fatal(err)
		}
		files, err := lake.Files("events")
		if err != nil || len(files) == 0 {
			t.Fatalf("%d files, %v", len(files), err)
		}
		rows, _, err := parquet.ReadRows(files[len(files)-1].Path, parquet.EventsSchema)
		if err != nil || len(rows) != 1 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		return rows[0][parquet.ColIAMAction], rows[0][parquet.ColIAMActionsPossible]
	}
	if got, possible := actions("2026-07-01"); got != nil || possible != "depot:*" {
		t.Errorf("before: %v, possibly %v", got, possible)
	}
	if err := IngestCatalogue(lake, refreshedCatalogue(t), "test"); err != nil {
		t.Fatal(err)
	}
	if got, _ := actions("2026-07-02"); got != "depot:PutCratePolicy" {
		t.Errorf("after: %v", got)
	}
}

// TestDamagedCatalogue: what a lake that came from elsewhere says is no catalogue is
// an error that names the lake.
func TestDamagedCatalogue(t *testing.T) {
	lake := openLake(t)
	run, err := lake.Ledger().Begin("test")
	if err != nil {
		t.Fatal(err)
	}
	odd, err := newTable(lake, run, parquet.CataloguePath(parquet.CatalogueActionsSchema), parquet.CatalogueActionsSchema)
	if err != nil {
		t.Fatal(err)
	}
	if err := odd.add("s3:A", "s3", "A", "odd", nil, "data", nil, time.Now(), "refreshed"); err != nil {
		t.Fatal(err)
	}
	entry, err := odd.commit()
	if err != nil {
		t.Fatal(err)
	}
	if err := lake.Commit(run, parquet.Batch{Files: []parquet.FileEntry{entry}}); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadCatalogue(lake); err == nil || !strings.Contains(err.Error(), lake.Dir()) || !strings.Contains(err.Error(), `"odd"`) {
		t.Errorf("error %v", err)
	}
	if err := os.Truncate(filepath.Join(lake.Dir(), "catalogue", "actions", "actions.parquet"), 10); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadCatalogue(lake); err == nil || !strings.Contains(err.Error(), "changed or damaged") {
		t.Errorf("error %v", err)
	}
}

func openLake(t *testing.T) *parquet.Lake {
	t.Helper()
	lake, err := parquet.CreateLake(filepath.Join(t.TempDir(), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lake.Close() })
	return lake
}
