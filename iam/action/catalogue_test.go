package action

import (
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEmbedded(t *testing.T) {
	c := Embedded()
	if c.Date().Before(time.Date(2026, 9, 26, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("it is of %s", c.Date())
	}
	if n := len(c.services); c.Len() < 22_000 || n < 450 {
		t.Fatalf("%d actions of %d services", c.Len(), n)
	}
	for i, name := range c.Names() {
		if i > 0 && strings.ToLower(c.Names()[i-1]) >= strings.ToLower(name) {
			t.Fatalf("%q stands behind %q", name, c.Names()[i-1])
		}
		a := c.At(i)
		if a.Service+":"+a.Name != name {
			t.Fatalf("action %d is %q and %q", i, name, a.Service+":"+a.Name)
		}
		for _, spelling := range [][2]string{{a.Service, a.Name}, {strings.ToUpper(a.Service), strings.ToUpper(a.Name)}} {
			if j, ok := c.Lookup(spelling[0], spelling[1]); !ok || j != i {
				t.Fatalf("looking up %q found %d, %v; it is %d", spelling, j, ok, i)
			}
		}
	}
}

func TestActions(t *testing.T) {
	c := Embedded()
	for name, want := range map[string]Action{
		"s3:getobject":             {"s3", "GetObject", Read, []string{"accesspointobject", "object"}, Data, "AWS::S3::Object"},
		"IAM:PassRole":             {"iam", "PassRole", Write, []string{"role*"}, PermissionOnly, ""},
		"iam:CreateRole":           {"iam", "CreateRole", Write, []string{"role*"}, Documented, ""},
		"sts:GetSessionToken":      {"sts", "GetSessionToken", Read, nil, Documented, ""},
		"s3:PutBucketPolicy":       {"s3", "PutBucketPolicy", Permissions, []string{"bucket*"}, Documented, ""},
		"execute-api:Invoke":       {"execute-api", "Invoke", Write, []string{"execute-api-domain", "execute-api-general"}, Data, ""},
		"a4b:CompleteRegistration": {"a4b", "CompleteRegistration", Write, nil, Unattested, ""},
	} {
		service, action, _ := strings.Cut(name, ":")
		i, ok := c.Lookup(service, action)
		if !ok {
			t.Errorf("%s is unknown", name)
			continue
		}
		got := c.At(i)
		if got.Service != want.Service || got.Name != want.Name || got.Level != want.Level || got.Observability != want.Observability ||
			got.DataType != want.DataType || !slices.Equal(got.ResourceTypes, want.ResourceTypes) {
			t.Errorf("%s is %+v, want %+v", name, got, want)
		}
	}
}

func TestLookupOfNothing(t *testing.T) {
	c := Embedded()
	for _, name := range [][2]string{{"", ""}, {"s3", ""}, {"", "GetObject"}, {"s3", "GetObjec"}, {"s3", "GetObjects"}, {"zz", "A"}, {"s3:", "GetObject"}, {"é", "é"}} {
		if i, ok := c.Lookup(name[0], name[1]); ok {
			t.Errorf("looking up %q found %s", name, c.Names()[i])
		}
	}
	if !c.HasService("S3") || c.HasService("s") || c.HasService("") || c.HasService("s3-") {
		t.Error("HasService does not know s3 alone")
	}
	if empty, err := build(time.Time{}, nil, nil); err != nil || empty.Len() != 0 || empty.HasService("s3") {
		t.Errorf("the empty catalogue: %v", err)
	}
}

func TestLookupAllocatesNothing(t *testing.T) {
	c := Embedded()
	if n := testing.AllocsPerRun(100, func() { c.Lookup("S3", "getObject"); c.HasService("Ec2") }); n != 0 {
		t.Errorf("it allocates %g times", n)
	}
}

// TestLoadTime holds the time to read the catalogue, which every run of every program
// pays once, under 15 ms: to inflate it alone takes 3 ms on a quiet machine, and the
// whole at most five times as long. Both are measured, so that a busy machine and the
// race detector slow both; the best of many runs counts, of more where others take the
// machine away in the middle, without the garbage of the tests before.
func TestLoadTime(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	load, alone := time.Hour, time.Hour
	for began, runs := time.Now(), 0; runs < 40 || load > 5*alone && time.Since(began) < time.Minute; runs++ {
		if runs%40 == 0 {
			runtime.GC()
		}
		alone = min(alone, took(t, func() error { _, err := inflate(blob); return err }))
		load = min(load, took(t, func() error { _, err := Unpack(blob); return err }))
	}
	if load > 5*alone {
		t.Errorf("reading the catalogue takes %s, to inflate it alone %s", load, alone)
	}
}

func took(t *testing.T, fn func() error) time.Duration {
	t.Helper()
	start := time.Now()
	if err := fn(); err != nil {
		t.Fatal(err)
	}
	return time.Since(start)
}

func TestMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c, err := Unpack(blob)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); err != nil || held > 3<<20 {
		t.Errorf("a catalogue of %d actions holds %d bytes, error %v", c.Len(), held, err)
	}
	runtime.KeepAlive(c)
}

func BenchmarkInflate(b *testing.B) {
	for b.Loop() {
		if _, err := inflate(blob); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnpack(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Unpack(blob); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	c := Embedded()
	for b.Loop() {
		c.Lookup("s3", "GetObject")
	}
}
