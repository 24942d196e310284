package parquet_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"roletrail/parquet"
)

// ledgerDisk stands between SQLite and the system: it counts what changes a file of a
// ledger, and lets one of these calls fail.
var ledgerDisk = &struct {
	sync.Mutex
	calls  []string // since begin
	fails  int      // which of them fails, -1 for none
	sticks bool     // and all that follow
	code   int32
	told   int // calls that failed

	open   func(tls *libc.TLS, vfs uintptr, name sqlite3.Tsqlite3_filename, file uintptr, flags int32, out uintptr) int32
	remove func(tls *libc.TLS, vfs, name uintptr, sync int32) int32
	system map[uintptr]sqlite3.Tsqlite3_io_methods // by the methods of a file, ours for the system's
	ours   map[uintptr]*sqlite3.Tsqlite3_io_methods
}{fails: -1}

// call counts a call, and returns the code that it fails with, 0 if it does not.
func call(name string) int32 {
	d := ledgerDisk
	d.Lock()
	defer d.Unlock()
	n := len(d.calls)
	d.calls = append(d.calls, name)
	if d.fails < 0 || n < d.fails || n > d.fails && !d.sticks {
		return sqlite3.SQLITE_OK
	}
	d.told++
	return d.code
}

// beginOnLedgerDisk starts to count anew; the call of the number fails, none if it is
// negative, and where it sticks all that follow.
func beginOnLedgerDisk(fails int, sticks bool, code int32) {
	d := ledgerDisk
	d.Lock()
	defer d.Unlock()
	d.calls, d.fails, d.sticks, d.code, d.told = nil, fails, sticks, code, 0
}

// cFunc and goFunc turn functions into what C takes for one, and back.
func cFunc[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) }

func goFunc[F any](c uintptr) F { return *(*F)(unsafe.Pointer(&struct{ c uintptr }{c})) }

// at is what lies at an address of C's memory.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

func methodsOf(file uintptr) uintptr { return at[sqlite3.Tsqlite3_file](file).FpMethods }

// The functions that C is given the addresses of, which must stay where they are.
var (
	openCall = func(tls *libc.TLS, vfs uintptr, name sqlite3.Tsqlite3_filename, file uintptr, flags int32, out uintptr) int32 {
		code := ledgerDisk.open(tls, vfs, name, file, flags, out)
		if methods := methodsOf(file); code == sqlite3.SQLITE_OK && methods != 0 {
			at[sqlite3.Tsqlite3_file](file).FpMethods = ourMethods(methods)
		}
		return code
	}
	removeCall = func(tls *libc.TLS, vfs, name uintptr, sync int32) int32 {
		if code := call("remove"); code != sqlite3.SQLITE_OK {
			return code
		}
		return ledgerDisk.remove(tls, vfs, name, sync)
	}
	writeCall = func(tls *libc.TLS, file, bytes uintptr, n int32, offset int64) int32 {
		write := goFunc[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](systemMethods(file).FxWrite)
		code := call("write")
		if code == sqlite3.SQLITE_OK {
			return write(tls, file, bytes, n, offset)
		}
		write(tls, file, bytes, n/2, offset) // as a disk that becomes full on the way
		return code
	}
	truncateCall = func(tls *libc.TLS, file uintptr, size int64) int32 {
		if code := call("truncate"); code != sqlite3.SQLITE_OK {
			return code
		}
		return goFunc[func(*libc.TLS, uintptr, int64) int32](systemMethods(file).FxTruncate)(tls, file, size)
	}
	syncCall = func(tls *libc.TLS, file uintptr, flags int32) int32 {
		if code := call("sync"); code != sqlite3.SQLITE_OK {
			return code
		}
		return goFunc[func(*libc.TLS, uintptr, int32) int32](systemMethods(file).FxSync)(tls, file, flags)
	}
)

func systemMethods(file uintptr) sqlite3.Tsqlite3_io_methods {
	ledgerDisk.Lock()
	defer ledgerDisk.Unlock()
	return ledgerDisk.system[methodsOf(file)]
}

// ourMethods are those of the system with our calls in the place of some.
func ourMethods(system uintptr) uintptr {
	d := ledgerDisk
	d.Lock()
	defer d.Unlock()
	ours := d.ours[system]
	if ours == nil {
		methods := *at[sqlite3.Tsqlite3_io_methods](system)
		ours = &methods
		ours.FxWrite, ours.FxTruncate, ours.FxSync = cFunc(writeCall), cFunc(truncateCall), cFunc(syncCall)
		d.ours[system] = ours
		d.system[uintptr(unsafe.Pointer(ours))] = *at[sqlite3.Tsqlite3_io_methods](system)
	}
	return uintptr(unsafe.Pointer(ours))
}

// layLedgerDisk lays it under all ledgers of this process.
var layLedgerDisk = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	d := ledgerDisk
	d.ours, d.system = map[uintptr]*sqlite3.Tsqlite3_io_methods{}, map[uintptr]sqlite3.Tsqlite3_io_methods{}
	vfs := at[sqlite3.Tsqlite3_vfs](sqlite3.Xsqlite3_vfs_find(tls, 0))
	d.open = goFunc[func(*libc.TLS, uintptr, sqlite3.Tsqlite3_filename, uintptr, int32, uintptr) int32](vfs.FxOpen)
	d.remove = goFunc[func(*libc.TLS, uintptr, uintptr, int32) int32](vfs.FxDelete)
	vfs.FxOpen, vfs.FxDelete = cFunc(openCall), cFunc(removeCall)
})

// TestEveryWriteOfLedgerFails lets every call by which SQLite changes a file fail, once or
// from then on, while logs are ingested into a new lake. The failure is told unless
// everything is committed, a reader sees all events or none, and the next run brings each
// of them in once.
func TestEveryWriteOfLedgerFails(t *testing.T) {
	layLedgerDisk()
	t.Cleanup(func() { beginOnLedgerDisk(-1, false, 0) })
	logs, want := logsOfTwoDays(t)
	beginOnLedgerDisk(-1, false, 0)
	if s, err := ingestLogs(filepath.Join(t.TempDir(), "lake"), logs); err != nil || s.Records.Written != 6 {
		t.Fatal(s, err)
	}
	calls := slices.Clone(ledgerDisk.calls)
	kinds := map[string]int{}
	for _, name := range calls {
		kinds[name]++
	}
	t.Logf("calls: %v", kinds)
	if len(calls) < 20 || kinds["write"] == 0 || kinds["sync"] == 0 || kinds["remove"] == 0 {
		t.Fatalf("the ledger made few calls: %v", kinds)
	}
	errs, all, none := map[string]int{}, 0, 0
	for n, name := range calls {
		for _, failure := range []struct {
			what   string
			code   int32
			sticks bool
		}{{"the disk is full and stays so", sqlite3.SQLITE_FULL, true}, {"it fails once", sqlite3.SQLITE_IOERR | 3<<8, false}} {
			t.Run(fmt.Sprint(n, " ", name, ": ", failure.what), func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "lake")
				beginOnLedgerDisk(n, failure.sticks, failure.code)
				_, err := ingestLogs(dir, logs)
				told := ledgerDisk.told
				beginOnLedgerDisk(-1, false, 0)
				if told == 0 {
					t.Fatal("no call failed")
				}
				seen := []string{}
				if lake, err := parquet.OpenLake(dir); err == nil { // else there is none yet
					if err := lake.Close(); err != nil {
						t.Fatal(err)
					}
					seen = eventIDs(t, dir)
				}
				switch {
				case slices.Equal(seen, want):
					all++
				case len(seen) > 0:
					t.Fatalf("a reader sees %q, want %q or none", seen, want)
				case err == nil:
					t.Fatal("a run is said to have been good, and its events do not count")
				default:
					none++
				}
				if err != nil {
					errs[name]++
				}
				ingestsToItsEnd(t, dir, logs, want)
			})
		}
	}
	t.Logf("of %d calls failed: told %v; %d times all events counted, %d times none", 2*len(calls), errs, all, none)
	if all == 0 || none == 0 || len(errs) < 2 {
		t.Errorf("told of %v, %d times all events counted, %d times none", slices.Sorted(maps.Keys(errs)), all, none)
	}
}
