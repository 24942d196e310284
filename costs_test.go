package roletrail_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var updateCosts = flag.Bool("update", false, "write the tables of docs/deployment.md anew")

// Prices in dollars, of us-east-1; docs/deployment.md says from where and when.
const (
	priceLambdaSecond  = 0.0000133334 // a GB of memory for a second, arm64
	priceLambdaMillion = 0.20         // invocations
	priceSQSMillion    = 0.40         // requests
	priceStoreGB       = 0.023        // a month in S3
	pricePutMillion    = 5.00
	priceGetMillion    = 0.40
	priceCoreHour      = 0.03238 // of Fargate, arm64
	priceMemoryHour    = 0.00356 // a GB, likewise
	priceTaskDiskHour  = 0.000111
	priceMachineHour   = 0.0816 // m7g.large: 2 cores, 8 GiB
	priceDiskGB        = 0.08   // a month of gp3
	priceNATHour       = 0.045
	priceAthenaTB      = 5.00
)

// What one event and one log file take.
const (
	eventsPerFile    = 200.0 // of the made-up logs
	bytesPerEvent    = 162.0 // of the compact lake, measured
	secondsPerFile   = 0.25  // of the function, assumed
	functionGB       = 0.5
	batch            = 10.0 // messages of an invocation
	putsPerFile      = 2.0  // its events, its coverage
	getsPerFile      = 3.0  // the log file; what was put, by compaction
	compactPerMillon = 15.0 // seconds of a task of two cores for a million events, half of them waiting
	taskFixedHours   = 1.0  // a month, of inventories and reviews
	idlePolls        = 5 * 3 * 60 * 24 * 30.0
	ingestCPU        = 15.5 // seconds for a million events, measured
	compactCPU       = 15.0 // likewise
	monthHours       = 730.0
)

// setup is a size of an organisation.
type setup struct {
	name  string
	daily float64 // events a day
}

var setups = []setup{{"1 million a day", 1e6}, {"5 million a day", 5e6}, {"20 million a day", 20e6}, {"500 million a day", 500e6}}

// taskHour is an hour of a job as deploy/terraform has it: two cores, 4 GB, 80 GB of disk that cost.
func taskHour() float64 { return 2*priceCoreHour + 4*priceMemoryHour + 80*priceTaskDiskHour }

func (s setup) files() float64  { return 30 * s.daily / eventsPerFile / 1e6 } // millions a month
func (s setup) yearGB() float64 { return 365 * s.daily * bytesPerEvent / 1e9 }

// parts are the costs of a month on AWS, after a year.
func (s setup) parts() (parts []float64) {
	invocations := s.files() / batch
	compaction := max(30*s.daily/1e6*compactPerMillon, 30*60) / 3600
	return []float64{
		s.files()*1e6*secondsPerFile*functionGB*priceLambdaSecond + invocations*priceLambdaMillion,
		(s.files() + 2*invocations + idlePolls/1e6) * priceSQSMillion,
		s.files() * (putsPerFile*pricePutMillion + getsPerFile*priceGetMillion),
		s.yearGB() * priceStoreGB,
		(compaction + taskFixedHours) * taskHour(),
	}
}

// awsTable is a month on AWS; the lake has a year of events.
func awsTable() string {
	var b strings.Builder
	b.WriteString("| events | log files a month | function | queue | requests of S3 | lake of a year | stored | jobs | together |\n")
	b.WriteString("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, s := range setups {
		parts, sum := s.parts(), 0.0
		for _, part := range parts {
			sum += part
		}
		fmt.Fprintf(&b, "| %s | %.2f million | %.2f | %.2f | %.2f | %.0f GB | %.2f | %.2f | **%.0f** |\n",
			s.name, s.files(), parts[0], parts[1], parts[2], s.yearGB(), parts[3], parts[4], sum)
	}
	return b.String()
}

// machineTable is a month of one machine.
func machineTable() string {
	var b strings.Builder
	b.WriteString("| events | CPU time a day | disk for a year | machine | disk | together |\n")
	b.WriteString("| --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, s := range setups[:3] {
		disk := 1.5*s.yearGB() + 20
		machine := priceMachineHour * monthHours
		fmt.Fprintf(&b, "| %s | %.0f s | %.0f GB | %.2f | %.2f | **%.0f** |\n",
			s.name, s.daily/1e6*(ingestCPU+compactCPU), disk, machine, disk*priceDiskGB, machine+disk*priceDiskGB)
	}
	return b.String()
}

// athenaTable is what reading a whole quarter once would cost.
func athenaTable() string {
	var b strings.Builder
	b.WriteString("| events of a quarter | all columns | a tenth of them |\n| --- | ---: | ---: |\n")
	for _, n := range []float64{92e6, 1.84e9, 10e9, 46e9} {
		all := n * bytesPerEvent / 1e12
		fmt.Fprintf(&b, "| %.2f billion | %.2f TB, %.2f dollars | %.2f dollars |\n", n/1e9, all, all*priceAthenaTB, all*priceAthenaTB/10)
	}
	return b.String()
}

// TestCosts computes the tables of docs/deployment.md from the prices and assumptions above.
// -update writes them.
func TestCosts(t *testing.T) {
	const page = "docs/deployment.md"
	text := readFile(t, page)
	for name, table := range map[string]string{"aws": awsTable(), "machine": machineTable(), "athena": athenaTable()} {
		begin, end := []byte("<!-- costs: "+name+" -->\n"), []byte("<!-- end -->\n")
		before, rest, found := bytes.Cut(text, begin)
		old, after, ended := bytes.Cut(rest, end)
		switch {
		case !found || !ended:
			t.Fatalf("%s has no place for table %s", page, name)
		case *updateCosts:
			text = bytes.Join([][]byte{before, begin, []byte(table), end, after}, nil)
		case string(old) != table:
			t.Errorf("%s: table %s is not what is computed; run go test -run TestCosts -update .\n%s", page, name, table)
		}
	}
	for _, price := range []float64{priceLambdaSecond, priceLambdaMillion, priceSQSMillion, priceStoreGB, pricePutMillion, priceGetMillion, priceCoreHour, priceMemoryHour, priceTaskDiskHour, priceMachineHour, priceDiskGB, priceNATHour, priceAthenaTB} {
		if stated := fmt.Sprint(price); !bytes.Contains(text, []byte("| "+strings.TrimSuffix(fmt.Sprintf("%.10f", price), strings.Repeat("0", trailing(price)))+" |")) {
			t.Errorf("%s does not state the price %s", page, stated)
		}
	}
	if *updateCosts {
		if err := os.WriteFile(page, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// trailing is how many zeros follow in a price of ten decimals, of which two are kept.
func trailing(price float64) (n int) {
	text := fmt.Sprintf("%.10f", price)
	for n < 8 && text[len(text)-1-n] == '0' {
		n++
	}
	return n
}
