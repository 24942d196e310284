package pipeline_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	logged "roletrail/cloudtrail/trail"
	"roletrail/parquet"
	"roletrail/pipeline"
)

// asTrails, set in the environment, makes this test binary a program that lets trails
// take each other's place until it is killed. Its argument is the lake.
const asTrails = "ROLETRAIL_TEST_AS_TRAILS"

const trailAccounts, trailsPerAccount = 3, 2

// trailsOf are the trails of some accounts, in which everything bears a letter.
func trailsOf(letter string) (selectors []logged.Selector) {
	for account := range trailAccounts {
		for i := range trailsPerAccount {
			selectors = append(selectors, logged.Selector{
				AccountID: strings.Repeat(fmt.Sprint(1+account), 12), TrailARN: fmt.Sprint(letter, i), Category: logged.Management, Reads: true, Writes: true,
			})
		}
	}
	return selectors
}

func replaceTrails(dir string, selectors []logged.Selector) error {
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		return err
	}
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	return errors.Join(pipeline.IngestTrails(lake, selectors, pipeline.TrailOptions{At: at, Version: "test"}), lake.Close())
}

func replaceTrailsForEver(dir string) error {
	for i := 0; ; i++ {
		if err := replaceTrails(dir, trailsOf([]string{"a", "b"}[i%2])); err != nil {
			return err
		}
	}
}

// TestReadersSeeTrailsOfOneSnapshot reads while trails of one day take each other's
// place, and after the program that does it was killed. All accounts are always of one
// snapshot.
func TestReadersSeeTrailsOfOneSnapshot(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	if err := replaceTrails(dir, trailsOf("a")); err != nil {
		t.Fatal(err)
	}
	last, changes, kills := "a", 0, 0
	read := func() {
		letter := letterOfTrails(t, dir)
		if letter != last {
			changes++
		}
		last = letter
	}
	for start := time.Now(); (kills < 10 || changes < 10) && time.Since(start) < 5*time.Minute && !t.Failed(); kills++ {
		cmd := exec.Command(os.Args[0], dir)
		cmd.Env = append(os.Environ(), asTrails+"=1")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for until := changes + 2; changes < until && time.Since(start) < 5*time.Minute && !t.Failed(); {
			read()
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); cmd.ProcessState.Exited() {
			t.Fatalf("the program ended by itself: %v\n%s", err, stderr.String())
		}
		read()
	}
	if kills < 10 || changes < 10 {
		t.Errorf("the reader met %d snapshots only, of %d programs", changes, kills)
	}
}

// letterOfTrails is the letter of all rows that a reader sees.
func letterOfTrails(t *testing.T, dir string) string {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.Files(parquet.TrailsSchema.Table)
	if err != nil {
		t.Fatal(err)
	}
	letters := map[string]int{}
	for _, f := range files {
		err := parquet.EachRow(f.Path, parquet.TrailsSchema, func(row []any) error {
			letters[row[1].(string)[:1]]++
			return nil
		})
		if errors.Is(err, fs.ErrNotExist) {
			return letterOfTrails(t, dir) // the next snapshot took its place meanwhile
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for letter, rows := range letters {
		if len(letters) == 1 && rows == trailAccounts*trailsPerAccount {
			return letter
		}
	}
	t.Errorf("read %v of %d files", letters, len(files))
	return ""
}

// TestTrailsOfABadAccount: what fails at one account leaves nothing of the others.
func TestTrailsOfABadAccount(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	if err := replaceTrails(dir, trailsOf("a")); err != nil {
		t.Fatal(err)
	}
	before := dataFiles(t, dir)
	bad := append(trailsOf("b"), logged.Selector{AccountID: "9", Category: logged.Management})
	if err := replaceTrails(dir, bad); err == nil || !strings.Contains(err.Error(), "is no path of a lake's data file") {
		t.Errorf("error is %v", err)
	}
	if after := dataFiles(t, dir); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("there are %q, not %q", after, before)
	}
}
