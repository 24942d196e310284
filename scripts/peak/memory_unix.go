//go:build unix

package peak

import (
	"os"
	"runtime"
	"syscall"
)

// Memory is the largest resident memory of a process that has ended, in bytes.
func Memory(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	peak := int64(usage.Maxrss) //nolint:unconvert // it is an int32 on 32-bit systems
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return peak // in bytes there, in kilobytes elsewhere
	}
	return peak << 10
}
