package queries

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// gaveUp is the exit code of a child that was given up.
const gaveUp = 7

// TestStatementOfChild is no test of its own: it runs $STATEMENT under a limit of
// 100 MB in a process that may be ended.
func TestStatementOfChild(t *testing.T) {
	text := os.Getenv("STATEMENT")
	if text == "" {
		t.Skip("runs as a child of TestMemoryIsBounded only")
	}
	e := openEmpty(t, Options{MemoryLimit: 100_000_000, Threads: 2, GiveUp: func(err error) {
		fmt.Println("ended:", err)
		fmt.Println("peak:", peakMB(t))
		os.Exit(gaveUp)
	}})
	rows, err := e.SQL(context.Background(), text)
	if err == nil {
		for rows.Next() {
		}
		err = errors.Join(rows.Err(), rows.Close())
	}
	fmt.Println("ended:", err)
	fmt.Println("peak:", peakMB(t))
}

// peakMB is the most memory the process ever had in use.
func peakMB(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	kB, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kB >> 10
}

// TestMemoryIsBounded runs statements whose texts and lists DuckDB does not count
// against its limit; without a watch they hold 2 to 8 GB. Some see the interrupt,
// some have to be given up.
func TestMemoryIsBounded(t *testing.T) {
	residentMB(t) // skips where nothing tells the memory in use
	const bound = (100_000_000 + 2*memorySpare + 400_000_000) >> 20
	ends := map[string]int{}
	for _, text := range []string{
		"select length(repeat(repeat('x', 10000), 300000))",
		"select sum(length(repeat(repeat('x', 1000) || i, 1000))) from range(100000) as t(i)",
		"select i, repeat(repeat('x', 10000), 200) from range(2048) as t(i)",
		"select len(list_transform(range(100000000), lambda x: repeat('x', 50)))",
		"select len(range(300000000))",
		"select count(*) from (select repeat(repeat('x', 10000), 60) || i as s from range(100000) as t(i)) where length(s) > 0",
		"select len(array_agg(repeat('x', 1000) || i)) from range(3000000) as t(i)",
	} {
		child := exec.Command(os.Args[0], "-test.run", "^TestStatementOfChild$")
		child.Env = append(os.Environ(), "STATEMENT="+text)
		out, err := child.Output()
		var exit *exec.ExitError
		if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == gaveUp) {
			t.Errorf("%s: %v\n%s", text, err, out)
			continue
		}
		if err != nil {
			ends["given up"]++
		} else {
			ends["interrupted"]++
		}
		_, after, _ := bytes.Cut(out, []byte("ended: "))
		why, after, _ := bytes.Cut(after, []byte("\npeak: "))
		peak, parseErr := strconv.Atoi(strings.Fields(string(after) + " none")[0])
		switch {
		case parseErr != nil:
			t.Errorf("%s: the child says %s", text, out)
		case peak > bound:
			t.Errorf("%s: held %d MB, want at most %d", text, peak, bound)
		case !strings.Contains(string(why), "out of memory: it needs more than the limit of 100 MB; ask for less at a time"):
			t.Errorf("%s: the error is %s", text, why)
		}
		t.Logf("%5d MB, %v: %s", peak, err, text)
	}
	if ends["given up"] == 0 || ends["interrupted"] == 0 {
		t.Errorf("of both ends of a statement one never came up: %v", ends)
	}
}

// TestHugeRows: a cell or a list of hundreds of megabytes is refused before it is
// copied, and what is below the limit comes whole.
func TestHugeRows(t *testing.T) {
	e := openEmpty(t, Options{})
	for _, text := range []string{
		"select repeat(repeat('x', 10000), 7000)",
		"select repeat(repeat('x', 10000), 4000), repeat(repeat('y', 10000), 4000)",
		"select array_agg(i) from range(5000000) as t(i)",
		"select [repeat(repeat('x', 10000), 4000), repeat(repeat('y', 10000), 4000)]",
		"select {'a': repeat(repeat('x', 10000), 4000), 'b': repeat(repeat('y', 10000), 4000)}",
		"select map([repeat(repeat('x', 10000), 4000)], [repeat(repeat('y', 10000), 4000)])",
	} {
		rows, err := e.SQL(context.Background(), text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if rows.Next() {
			t.Errorf("%s: there is a row", text)
		}
		if err := rows.Err(); err == nil || !strings.Contains(err.Error(), "reading a row: it holds more than 64 MiB, the limit; choose fewer columns") {
			t.Errorf("%s: %v", text, err)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
	rows, err := e.SQL(context.Background(), "select repeat(repeat('x', 10000), 6000) from range(3)")
	got := all(t, rows, err)
	if len(got) != 3 || len(got[2][0].(string)) != 60000000 {
		t.Errorf("%d rows of 60 MB came whole", len(got))
	}
}

// TestThreads: a machine of many cores does not cut the memory into slivers.
func TestThreads(t *testing.T) {
	e, err := openDuckDB(t.Context(), emptyLake(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	rows, err := e.SQL(context.Background(), "select cast(current_setting('threads') as bigint), current_setting('max_temp_directory_size')")
	got := all(t, rows, err)
	if n := got[0][0].(int64); n < 1 || n > maxThreads {
		t.Errorf("%d threads", n)
	}
	if got[0][1] != "9.3 GiB" {
		t.Errorf("what spills is bounded by %v", got[0][1])
	}
}
