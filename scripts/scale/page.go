package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

const (
	// projected is the size of a lake for Athena.
	projected = 10_000_000_000
	// perTerabyte is Athena's price in dollars for 10^12 bytes read (docs/deployment.md).
	perTerabyte = 5.0
)

// page is what was measured, in Markdown.
func page(p plan, events, size int64, results []result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d events over %d days in %d generations of accounts and roles; the lake takes %.1f GB, %.0f bytes an event. %d of %d cores, %s.\n\n",
		events, p.days, p.generations, float64(size)/1e9, float64(size)/float64(events), min(cores, runtime.NumCPU()), runtime.NumCPU(), runtime.GOOS+"/"+runtime.GOARCH)
	b.WriteString("| report | lines | wall | CPU | peak memory | read | bytes an event | at 10^10 events on Athena |\n")
	b.WriteString("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, r := range results {
		if r.err != nil {
			fmt.Fprintf(&b, "| %s | failed | %.1f s | | | | | |\n", r.report, r.wall.Seconds())
			continue
		}
		each := float64(r.read) / float64(events)
		fmt.Fprintf(&b, "| %s | %d | %.1f s | %.1f s | %.0f MB | %.1f MB | %.2f | %.0f GB, %.2f dollars |\n",
			r.report, r.lines, r.wall.Seconds(), r.cpu.Seconds(), float64(r.peak)/1e6, float64(r.read)/1e6, each, each*projected/1e9, each*projected/1e12*perTerabyte)
	}
	fmt.Fprintf(&b, `
- Read is what the process asked the system for, its own program and the inventory included; what lay in memory counts, too.
- The last column assumes that a report reads in proportion to events, and that Athena reads of each file what DuckDB does, at %v dollars for 10^12 bytes. Views for Athena do not read the rollups (docs/engines.md): of reports
  that do here, it reads more.
`, perTerabyte)
	return b.String()
}

// failed are the reports that failed, or took more memory than they may.
func failed(results []result, memory int64) error {
	var errs []error
	for _, r := range results {
		switch {
		case r.err != nil:
			errs = append(errs, r.err)
		case r.peak > memory:
			errs = append(errs, fmt.Errorf("report %s took %d bytes of memory, and may take %d", r.report, r.peak, memory))
		}
	}
	return errors.Join(errs...)
}
