package parquet

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// namesOfObjects are names of log files and others, by whether they are of a series.
var namesOfObjects = map[string]bool{
	"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/06/01/111122223333_CloudTrail_eu-west-1_20260601T0005Z_0123456789abcdef.json.gz":                          true,
	"s3://bucket/prefix/AWSLogs/o-abc/111122223333/CloudTrail/us-east-1/2024/02/29/111122223333_CloudTrail_us-east-1_20240229T2355Z_AbCdEfGhIjKlMnOp.json.gz": true,
	"AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/06/01/111122223333_CloudTrail-Insight_eu-west-1_20260601T0005Z_0123456789abcdef.json.gz":          true,
	"/2026/06/01/20260601T0005Z_":                             true, // no more than what it takes
	"//\xff\x00/2026/06/01/\xfe_20260601T0005Z_\x00\x80.\xff": true,
	"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/06/01/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260601T000512Z.json.gz": false,
	"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/06/02/111122223333_CloudTrail_eu-west-1_20260601T2355Z_0123456789abcdef.json.gz":               false, // another day
	"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/13/01/111122223333_CloudTrail_eu-west-1_20261301T0005Z_0123456789abcdef.json.gz":               false, // no day
	"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/06/01/111122223333_CloudTrail_eu-west-1_20260601T2405Z_0123456789abcdef.json.gz":               false, // no hour
	"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/6/1/111122223333_CloudTrail_eu-west-1_20260601T0005Z_0123456789abcdef.json.gz":                 false,
	`AWSLogs\111122223333\CloudTrail\eu-west-1\2026\06\01\111122223333_CloudTrail_eu-west-1_20260601T0005Z_0123456789abcdef.json.gz`:               false,
	"2026/06/01/20260601T0005Z_x.json": true,
	"/Z_":                              false, "Z_": false, "/": false, "": false, "a": false, "a/": false, "stdin-0123": false,
	"coverage/part-0123456789abcdef0123456789ab0000.parquet": false,
}

// TestNamesInParts: every name comes back as it was, and those of one trail, account and Region are of one series.
func TestNamesInParts(t *testing.T) {
	for name, want := range namesOfObjects {
		s, minute, rest := splitName(name)
		if got := s.name(minute, rest); got != name || (s.middle != "") != want {
			t.Errorf("%q is taken apart as %q, %d, %q, which is %q", name, s, minute, rest, got)
		}
	}
	all, names := map[series]bool{}, map[string]bool{}
	rng := rand.New(rand.NewPCG(13, 13))
	for range 20_000 {
		at := time.Date(2026, 6, 1+rng.IntN(60), rng.IntN(24), rng.IntN(60), 0, 0, time.UTC)
		account := 111122223330 + rng.Int64N(3)
		name := fmt.Sprintf("AWSLogs/%d/CloudTrail/eu-west-1/%s/%[1]d_CloudTrail_eu-west-1_%[3]sZ_%016[4]x.json.gz", account, at.Format(folderDay), at.Format(nameMinute), rng.Uint64())
		s, minute, rest := splitName(name)
		if s.name(minute, rest) != name || len(rest) != 16 {
			t.Fatalf("%q is taken apart as %q, %d, %q", name, s, minute, rest)
		}
		all[s], names[name] = true, true
	}
	if len(all) != 3 || len(names) < 19_000 {
		t.Errorf("%d names are of %d series, want 3", len(names), len(all))
	}
}

// TestChangedNamesInParts changes names of log files in a few places: each comes back as it is.
func TestChangedNamesInParts(t *testing.T) {
	rng, apart := rand.New(rand.NewPCG(13, 14)), 0
	for name := range namesOfObjects {
		for range 3000 {
			text := []byte(name)
			for range 1 + rng.IntN(3) {
				at := rng.IntN(len(text) + 1)
				some := []byte{"/_.0123456789TZ\x00\xff"[rng.IntN(17)]}[:rng.IntN(2)]
				text = append(text[:at:at], append(some, text[min(len(text), at+rng.IntN(2)):]...)...)
			}
			s, minute, rest := splitName(string(text))
			if got := s.name(minute, rest); got != string(text) {
				t.Fatalf("%q is taken apart as %q, %d, %q, which is %q", text, s, minute, rest, got)
			}
			if s.middle != "" {
				apart++
			}
		}
	}
	if apart < 1000 {
		t.Errorf("only %d were taken apart", apart)
	}
}

// FuzzNamesInParts: every name comes back as it was.
func FuzzNamesInParts(f *testing.F) {
	for name := range namesOfObjects {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, minute, rest := splitName(name)
		if got := s.name(minute, rest); got != name || s.middle == "" && minute != 0 {
			t.Fatalf("%q is taken apart as %q, %d, %q, which is %q", name, s, minute, rest, got)
		}
	})
}
