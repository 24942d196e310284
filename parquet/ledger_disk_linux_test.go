package parquet_test

import (
	"os"
	"slices"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// ledgerFailure is what happens at a call by which SQLite reads or changes a file.
type ledgerFailure struct {
	at     int   // which call, -1 for none
	code   int32 // that SQLite is told
	sticks bool  // and all calls that follow fail and would change something
	dies   bool  // the process dies instead
}

// ledgerDisk stands between SQLite and the system: it counts what reads or changes a file
// of a ledger, and lets one of these calls fail.
var ledgerDisk = &struct {
	sync.Mutex
	calls   []string // since begin
	failure ledgerFailure
	told    int // calls that failed

	open   func(tls *libc.TLS, vfs uintptr, name sqlite3.Tsqlite3_filename, file uintptr, flags int32, out uintptr) int32
	remove func(tls *libc.TLS, vfs, name uintptr, sync int32) int32
	system map[uintptr]sqlite3.Tsqlite3_io_methods // by the methods of a file, ours for the system's
	ours   map[uintptr]*sqlite3.Tsqlite3_io_methods
}{failure: noLedgerFailure}

var noLedgerFailure = ledgerFailure{at: -1}

// call counts a call, and returns the code that it fails with, 0 if it does not. half, if
// any, is what it does before it fails.
func call(name string, half func()) int32 {
	d := ledgerDisk
	d.Lock()
	defer d.Unlock()
	n, f := len(d.calls), d.failure
	d.calls = append(d.calls, name)
	if f.at < 0 || n != f.at && (n < f.at || !f.sticks || name == "read") {
		return sqlite3.SQLITE_OK
	}
	d.told++
	if half != nil {
		half()
	}
	if f.dies {
		os.Exit(77)
	}
	return f.code
}

// beginOnLedgerDisk starts to count anew.
func beginOnLedgerDisk(failure ledgerFailure) {
	d := ledgerDisk
	d.Lock()
	defer d.Unlock()
	d.calls, d.failure, d.told = nil, failure, 0
}

// callsOnLedgerDisk are the calls since it began.
func callsOnLedgerDisk() []string {
	d := ledgerDisk
	d.Lock()
	defer d.Unlock()
	return slices.Clone(d.calls)
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
		if code := call("remove", nil); code != sqlite3.SQLITE_OK {
			return code
		}
		return ledgerDisk.remove(tls, vfs, name, sync)
	}
	writeCall = func(tls *libc.TLS, file, bytes uintptr, n int32, offset int64) int32 {
		write := goFunc[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](systemMethods(file).FxWrite)
		half := func() { write(tls, file, bytes, n/2, offset) } // as a disk that becomes full on the way
		if code := call("write", half); code != sqlite3.SQLITE_OK {
			return code
		}
		return write(tls, file, bytes, n, offset)
	}
	readCall = func(tls *libc.TLS, file, bytes uintptr, n int32, offset int64) int32 {
		if code := call("read", nil); code != sqlite3.SQLITE_OK {
			return code
		}
		return goFunc[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](systemMethods(file).FxRead)(tls, file, bytes, n, offset)
	}
	truncateCall = func(tls *libc.TLS, file uintptr, size int64) int32 {
		if code := call("truncate", nil); code != sqlite3.SQLITE_OK {
			return code
		}
		return goFunc[func(*libc.TLS, uintptr, int64) int32](systemMethods(file).FxTruncate)(tls, file, size)
	}
	syncCall = func(tls *libc.TLS, file uintptr, flags int32) int32 {
		if code := call("sync", nil); code != sqlite3.SQLITE_OK {
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
		ours.FxRead, ours.FxWrite, ours.FxTruncate, ours.FxSync = cFunc(readCall), cFunc(writeCall), cFunc(truncateCall), cFunc(syncCall)
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
