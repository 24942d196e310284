package policy_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"roletrail/iam/action"
	"roletrail/iam/policy"
)

// The account of the benchmark is as large as IAM lets one be (5,000 roles) and has
// 20,000 documents: two inline policies to a role, and 10,000 managed ones, of which
// each role has four; few of them are had by many roles, as in life.
const (
	benchRoles   = 5000
	benchManaged = 10_000
)

type benchRole struct {
	inline   []string
	attached []int // of managed
	boundary int   // of managed, -1 for none
}

func benchAccount() (managed []string, roles []benchRole) {
	r := rand.New(rand.NewPCG(1, 1))
	names := action.Embedded().Names()
	for len(managed) < benchManaged {
		managed = append(managed, benchDocument(r, names, 6))
	}
	managed[20] = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	popular := rand.NewZipf(r, 1.2, 3, benchManaged-1)
	for range benchRoles {
		role := benchRole{boundary: -1}
		for range 2 {
			role.inline = append(role.inline, benchDocument(r, names, 3))
		}
		for range 4 {
			role.attached = append(role.attached, int(popular.Uint64()))
		}
		if r.IntN(10) == 0 {
			role.boundary = int(popular.Uint64())
		}
		roles = append(roles, role)
	}
	return managed, roles
}

// benchDocument makes a document of up to so many statements; each is about a
// service or two, by names and patterns.
func benchDocument(r *rand.Rand, names []string, statements int) string {
	var out []string
	for range 1 + r.IntN(statements) {
		effect, key, condition := "Allow", "Action", ""
		switch n := r.IntN(400); {
		case n < 2:
			key = "NotAction"
		case n < 30:
			effect = "Deny"
		case n < 90:
			condition = `,"Condition":{"StringEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1"]}}`
		}
		resource := `"*"`
		if r.IntN(2) == 0 {
			resource = fmt.Sprintf(`["arn:aws:s3:::bucket-%d","arn:aws:s3:::bucket-%d/*"]`, r.IntN(500), r.IntN(500))
		}
		var actions []string
		for range 1 + r.IntN(2) {
			at := r.IntN(len(names))
			for range 1 + r.IntN(10) {
				name := names[(at+r.IntN(20))%len(names)]
				switch r.IntN(10) {
				case 0:
					name = name[:strings.IndexByte(name, ':')+1] + "*"
				case 1:
					name = name[:strings.IndexByte(name, ':')+4] + "*"
				}
				actions = append(actions, `"`+name+`"`)
			}
		}
		out = append(out, fmt.Sprintf(`{"Effect":%q,%q:[%s],"Resource":%s%s}`, effect, key, strings.Join(actions, ","), resource, condition))
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(out, ",") + `]}`
}

// BenchmarkAccount takes the whole account from text to the permissions of every
// role and action, which it counts.
func BenchmarkAccount(b *testing.B) {
	managed, roles := benchAccount()
	names := action.Embedded().Names()
	levels := benchLevels()
	b.ReportAllocs()
	b.ResetTimer()
	var permissions, patterns, admins int
	for range b.N {
		permissions, patterns, admins = 0, 0, 0
		u := policy.NewUniverse(names)
		grader := policy.NewGrader(u, levels)
		compiled := make([]*policy.Compiled, len(managed))
		for i, text := range managed {
			compiled[i] = compile(b, u, text)
		}
		for i, role := range roles {
			set := role.set(b, u, compiled)
			result := policy.Evaluate(u, set)
			for range result.All() {
				permissions++
			}
			for range result.Unmatched() {
				patterns++
			}
			if grade, _ := grader.Grade(result, fmt.Sprintf("arn:aws:iam::111111111111:role/r%d", i)); grade == policy.Admin {
				admins++
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(permissions), "permissions")
	b.ReportMetric(float64(admins), "admins")
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-from-system")
	if permissions == 0 || admins == 0 {
		b.Fatal("nothing was granted")
	}
}

func benchLevels() []string {
	c := action.Embedded()
	levels := make([]string, c.Len())
	for i := range levels {
		levels[i] = string(c.At(i).Level)
	}
	return levels
}

func compile(tb testing.TB, u *policy.Universe, text string) *policy.Compiled {
	decoded, err := policy.Decode(json.RawMessage(text))
	if err != nil {
		tb.Fatal(err)
	}
	return u.Compile(policy.Parse(decoded))
}

func (role benchRole) set(tb testing.TB, u *policy.Universe, managed []*policy.Compiled) policy.Set {
	var set policy.Set
	for i, text := range role.inline {
		set.Identity = append(set.Identity, policy.Named{Name: fmt.Sprintf("inline:%d", i), Policy: compile(tb, u, text)})
	}
	for _, at := range role.attached {
		set.Identity = append(set.Identity, policy.Named{Name: fmt.Sprintf("arn:aws:iam::111111111111:policy/p%d", at), Policy: managed[at]})
	}
	if role.boundary >= 0 {
		set.Boundary = &policy.Named{Name: "boundary", Policy: managed[role.boundary]}
	}
	return set
}
