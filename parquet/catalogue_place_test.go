package parquet

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOlderCatalogue: a file of the catalogue counts where older builds put it, with a ledger
// and without, until one in the folder of its table takes its place.
func TestOlderCatalogue(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	const older = "catalogue/actions.parquet"
	commitFile(t, l, run, older, CatalogueActionsSchema, 5)
	commitFile(t, l, run, CataloguePath(CatalogueOperationsSchema), CatalogueOperationsSchema, 2)
	commitFile(t, l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 1)
	names := func(l *Lake) (names []string) {
		for _, f := range must(l.Files("catalogue/actions")) {
			names = append(names, f.Name)
		}
		return names
	}
	if got := names(l); len(got) != 1 || got[0] != older {
		t.Fatalf("the files of the catalogue are %v", got)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	must(0, os.Remove(filepath.Join(copied, ledgerName)))
	if got := names(must(OpenLake(copied))); len(got) != 1 || got[0] != older {
		t.Errorf("without a ledger the files of the catalogue are %v", got)
	}
	entry := must(addFile(l, run, CataloguePath(CatalogueActionsSchema), CatalogueActionsSchema, 7))
	must(l.Complete(run, Batch{Files: []FileEntry{entry}, Removed: []string{older}}))
	if got := names(l); len(got) != 1 || got[0] != CataloguePath(CatalogueActionsSchema) || exists(dir, older) {
		t.Errorf("afterwards the files of the catalogue are %v", got)
	}
	must(0, l.Close())
	must(0, must(CreateLake(dir)).Close())
}

// TestStrayInCatalogue: what no build has put there is named.
func TestStrayInCatalogue(t *testing.T) {
	for _, stray := range []string{"catalogue/events.parquet", "catalogue/x/actions.parquet", "catalogue/actions/operations.parquet"} {
		dir := t.TempDir()
		l, run := testLake(t, dir)
		commitFile(t, l, run, CataloguePath(CatalogueActionsSchema), CatalogueActionsSchema, 5)
		must(0, os.MkdirAll(filepath.Dir(filepath.Join(dir, stray)), 0o755))
		write(t, filepath.Join(dir, stray), "x")
		if _, err := l.Files("catalogue/actions"); err == nil {
			t.Errorf("%s is taken for a file of the lake, or passed over", stray)
		}
		must(0, l.Close())
	}
}
