package pipeline

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline/unusual"
	"roletrail/testdata/cloudtrail/organisation"
)

// The logs of which the share of detection is measured: four weeks, the first half of which is learnt from. A
// role acts some fifty times a day. As everywhere in made-up logs, far more events than in production change
// a role (one in thirteen), and a refusal (one call in fifty) is of a session of its own.
const (
	shareDays   = 28
	shareLearnt = 14
	shareEvents = 1_000_000
	shareRoles  = 700
)

// BenchmarkDetectionShare measures which share of the CPU time of ingest goes into detection, of role changes
// and of unusual access together, by a profile: of a backlog that is learnt from, and of the days after it,
// each of which is taken in by itself as news.
func BenchmarkDetectionShare(b *testing.B) {
	if _, err := exec.LookPath("go"); err != nil {
		b.Skip("profiles are read with go tool pprof")
	}
	logs := b.TempDir()
	if err := organisation.Write(logs, organisation.Options{Events: shareEvents, Days: shareDays, Roles: shareRoles, Gzip: true}); err != nil {
		b.Fatal(err)
	}
	for _, isLearnt := range []bool{false, true} {
		b.Run(map[bool]string{false: "learning", true: "learnt"}[isLearnt], func(b *testing.B) {
			s := share{logs: logs, profiles: b.TempDir()}
			for b.Loop() {
				s.measure(b, isLearnt)
			}
			b.ReportMetric(s.of(b), "detection-%")
			b.ReportMetric(float64(s.took.Nanoseconds())/float64(b.N), "ns/op")
		})
	}
}

// share is profiles of ingest, with what it did in them.
type share struct {
	logs, profiles string
	n              int
	took           time.Duration
}

// measure ingests the first days, or those after them, into a new lake under a profile.
func (s *share) measure(b *testing.B, isLearnt bool) {
	lake, err := parquet.CreateLake(filepath.Join(b.TempDir(), "lake"))
	if err != nil {
		b.Fatal(err)
	}
	defer lake.Close()
	first, u := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), &Unusual{}
	after := first.AddDate(0, 0, shareLearnt)
	if !isLearnt {
		defer s.profile(b)()
	}
	s.ingest(b, lake, u, first, after)
	if !isLearnt {
		return
	}
	defer s.profile(b)()
	for day := after; day.Before(first.AddDate(0, 0, shareDays)); day = day.AddDate(0, 0, 1) {
		s.ingest(b, lake, u, day, day.AddDate(0, 0, 1))
	}
}

func (s *share) profile(b *testing.B) (stop func()) {
	s.n++
	out, err := os.Create(filepath.Join(s.profiles, fmt.Sprint(s.n)))
	if err != nil {
		b.Fatal(err)
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	return func() {
		s.took += time.Since(begin)
		pprof.StopCPUProfile()
		if err := out.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// ingest takes in the log files that were delivered since a day and before another, where the latter's events
// and those after are news, or if it is the next day, those since the first.
func (s *share) ingest(b *testing.B, lake *parquet.Lake, u *Unusual, since, until time.Time) {
	news := since
	if until.Sub(since) > 24*time.Hour {
		news = until
	}
	_, err := Ingest(context.Background(), lake, []Source{delivered{Files{Path: s.logs}, folderOf(since), folderOf(until)}}, Options{RecentSince: news, Unusual: u})
	if err != nil {
		b.Fatal(err)
	}
}

// delivered is the log files of a source in folders of some days.
type delivered struct {
	Source
	from, until string
}

func folderOf(day time.Time) string { return day.Format("2006/01/02") }

var dayFolder = regexp.MustCompile(`/(\d{4}/\d\d/\d\d)/`)

// List implements [Source].
func (d delivered) List(ctx context.Context, fn func(Object) error) error {
	return d.Source.List(ctx, func(o Object) error {
		if day := dayFolder.FindStringSubmatch(o.Name); day == nil || day[1] < d.from || day[1] >= d.until {
			return nil
		}
		return fn(o)
	})
}

// detecting are the functions in which detection takes its time.
func detecting() string {
	var names []string
	for _, of := range []any{
		(*rows).changeOf, (*RoleChanges).see, (*toldChanges).see, (*run).explain,
		(*observer).look, (*run).judgeAccess, (*Unusual).readPrivileged, (*unusual.Remembered).Add,
	} {
		names = append(names, regexp.QuoteMeta(runtime.FuncForPC(reflect.ValueOf(of).Pointer()).Name())+"$")
	}
	sightings := reflect.TypeOf(parquet.Sightings{})
	return strings.Join(append(names, regexp.QuoteMeta(sightings.PkgPath()+".(*"+sightings.Name()+")")), "|")
}

var shareOfSamples = regexp.MustCompile(`accounting for [^,]+, ([\d.]+)% of`)

// of is the share of detection in the profiles, in per cent.
func (s *share) of(b *testing.B) float64 {
	profiles, err := filepath.Glob(filepath.Join(s.profiles, "*"))
	if err != nil {
		b.Fatal(err)
	}
	out, err := exec.Command("go", append([]string{"tool", "pprof", "-top", "-nodefraction=0", "-focus=" + detecting()}, profiles...)...).Output()
	if err != nil {
		b.Fatal(err)
	}
	found := shareOfSamples.FindSubmatch(out)
	if found == nil {
		b.Fatalf("the profile does not say what the share is:\n%s", out[:min(len(out), 1000)])
	}
	percent, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return percent
}
