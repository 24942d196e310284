package queries

import (
	"os"
	"strconv"
	"strings"
)

// residentMemory is what the process holds of the machine's memory, in bytes.
func residentMemory() (bytes int64, known bool) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(text)) // pages: in all, resident, shared, …
	if len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err == nil
}
