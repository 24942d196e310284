package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/config"
	"roletrail/queries"
	"roletrail/review/access"
)

// TestManifestGolden: the manifest says what the review was made of, and what its files are.
func TestManifestGolden(t *testing.T) {
	out := t.TempDir()
	r := &report{Program: &cli.Program{Stdout: io.Discard}}
	text := func(name, s string) access.File {
		return access.File{Name: name, Write: func(w io.Writer) error { _, err := io.WriteString(w, s); return err }}
	}
	day := func(month time.Month) time.Time { return time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC) }
	first := day(7)
	meta := queries.Meta{
		Since: day(7), Until: day(10),
		Coverage:  queries.MetaCoverage{Accounts: 1, FirstEvent: &first, DaysPresent: 90, DaysMissing: 2, Events: 20, Thin: []string{}, WithoutInventory: []string{}},
		Catalogue: &queries.MetaCatalogue{Date: day(9), Source: "embedded"},
		Inventory: []queries.MetaSnapshot{{AccountID: "111111111111", Date: day(10), Roles: 2, Origin: "inventory"}},
		Trails:    []queries.MetaTrail{{ARN: "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main", AccountID: "111111111111", Date: day(10)}},
		Versions:  queries.MetaVersions{Roletrail: "v1.2.3", Engine: "duckdb v1.4.1", Derivation: 9},
	}
	err := r.writeReview(out, []access.File{text("review.md", "# roles\n"), text("owners/payments.md", "")},
		manifest{Made: "report review --quarter 2026Q3 --out access-review", Meta: meta, Digests: digestsOf([]access.Coverage{{Family: "CloudTrail", Objects: 5}, {Family: "CloudTrail-Digest", Objects: 2}, {Family: "CloudTrail-Digest", Objects: 3}}),
			Configuration: configurationOf(&config.File{Name: "roletrail.yaml", Bytes: 7, SHA256: "cd"}), Decisions: &manifestFile{"decisions.json", 12, "ab"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(out, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/manifest.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the manifest is not that of %s, -update writes it anew: %v\n%s", golden, err, got)
	}
}
