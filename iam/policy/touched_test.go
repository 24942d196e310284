package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestTouches(t *testing.T) {
	const (
		key     = "arn:aws:kms:eu-west-1:111111111111:key/0e5d0ab6-097e-49d8-99ef-747ce3e5f8f4"
		bucket  = "arn:aws:s3:::b"
		objects = "arn:aws:s3:::b/*"
	)
	many := make([][]string, MaxTouched+1)
	for i := range many {
		many[i] = []string{fmt.Sprintf("arn:aws:sqs:eu-west-1:111111111111:q%d", i)}
	}
	object := []string{"accesspointobject", "object"}
	for name, c := range map[string]struct {
		action    string
		types     []string
		calls     [][]string
		want, why string
	}{
		"one":                         {"kms:Decrypt", []string{"key*"}, [][]string{{key}, {key}}, key, ""},
		"objects beside their bucket": {"s3:GetObject", object, [][]string{{objects, bucket}}, objects, ""},
		"a bucket":                    {"s3:ListBucket", []string{"accesspoint", "bucket"}, [][]string{{bucket}, {"arn:aws:s3:::a"}}, "arn:aws:s3:::a " + bucket, ""},
		"with its versions": {"lambda:InvokeFunction", []string{"function*"}, [][]string{{"arn:aws:lambda:eu-west-1:111111111111:function:f"}},
			"arn:aws:lambda:eu-west-1:111111111111:function:f arn:aws:lambda:eu-west-1:111111111111:function:f:*", ""},
		"passed roles":          {"iam:PassRole", []string{"role*"}, [][]string{{"arn:aws:iam::111111111111:role/team/app"}}, "arn:aws:iam::111111111111:role/team/app", ""},
		"China":                 {"sns:Publish", []string{"topic*"}, [][]string{{"arn:aws-cn:sns:cn-north-1:111111111111:t"}}, "arn:aws-cn:sns:cn-north-1:111111111111:t", ""},
		"as many as are a list": {"sqs:SendMessage", []string{"queue*"}, many[1:], strings.Join(sortedTexts(many[1:]), " "), ""},
		"too many":              {"sqs:SendMessage", []string{"queue*"}, many, "", "it touched more than 20 resources"},
		"no call":               {"kms:Decrypt", []string{"key*"}, nil, "", "no event of it shows a resource"},
		"a call without one":    {"kms:Decrypt", []string{"key*"}, [][]string{{key}, {}}, "", "not every event of it shows a resource"},
		"the bucket alone":      {"s3:GetObject", object, [][]string{{bucket}}, "", "not every event of it shows a resource"},
		"an access point":       {"s3:GetObject", object, [][]string{{objects, "arn:aws:s3:eu-west-1:111111111111:accesspoint/p"}}, "", `an event of it shows "arn:aws:s3:eu-west-1:111111111111:accesspoint/p"`},
		"an alias":              {"kms:Decrypt", []string{"key*"}, [][]string{{"arn:aws:kms:eu-west-1:111111111111:alias/a"}}, "", `an event of it shows "arn:aws:kms:eu-west-1:111111111111:alias/a"`},
		"a pattern":             {"sqs:SendMessage", []string{"queue*"}, [][]string{{"arn:aws:sqs:eu-west-1:111111111111:*"}}, "", `an event of it shows "arn:aws:sqs:eu-west-1:111111111111:*"`},
		"a variable":            {"s3:ListBucket", []string{"bucket"}, [][]string{{"arn:aws:s3:::${aws:username}"}}, "", `an event of it shows "arn:aws:s3:::${aws:username}"`},
		"a line feed":           {"s3:ListBucket", []string{"bucket"}, [][]string{{"arn:aws:s3:::b\n"}}, "", `an event of it shows "arn:aws:s3:::b\n"`},
		"an index counts":       {"dynamodb:Query", []string{"index", "table*"}, [][]string{{"arn:aws:dynamodb:eu-west-1:111111111111:table/t"}}, "", "its events do not show what IAM is asked about"},
		"what is made":          {"s3:CreateBucket", []string{"bucket*"}, [][]string{{bucket}}, "", "the next resource that it makes or deletes has another name"},
		"objects of a bucket":   {"s3:DeleteObject", object, [][]string{{objects, bucket}}, objects, ""},
		"no resource to name":   {"ec2:DescribeInstances", nil, [][]string{{key}}, "", "its events do not show what IAM is asked about"},
	} {
		t.Run(name, func(t *testing.T) {
			got, why := Touches(c.action, c.types, c.calls)
			if strings.Join(got, " ") != c.want || why != c.why {
				t.Errorf("got %q, %q\nwant %q, %q", got, why, c.want, c.why)
			}
		})
	}
}

func sortedTexts(calls [][]string) []string {
	return slices.Sorted(slices.Values(slices.Concat(calls...)))
}

// TestNarrowingIsWithinTheGrants: an action that is cut down to what it touched is
// granted on no more than today, and still on all that it touched.
func TestNarrowingIsWithinTheGrants(t *testing.T) {
	granted := []string{
		"*", "arn:aws:s3:::*", "arn:aws:s3:::a*", "arn:aws:s3:::a/*", "arn:aws:s3:::a/logs/*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::?/*",
		"arn:aws:s3:::*/logs/*", "arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::a/${aws:username}/*", "arn:aws:kms:*",
	}
	touched := []string{"arn:aws:s3:::a/*", "arn:aws:s3:::ab/*", "arn:aws:s3:::b", "arn:aws:s3:::b/*"}
	objects := []string{"arn:aws:s3:::a/x", "arn:aws:s3:::a/logs/x", "arn:aws:s3:::ab/logs/y", "arn:aws:s3:::ab/y", "arn:aws:s3:::b", "arn:aws:s3:::b/z"}
	narrowed, kept, lost := 0, 0, 0
	for i := range *sets / 2 {
		r := random(t, i)
		var items []string
		for range 1 + r.IntN(3) {
			items = append(items, fmt.Sprintf(`{"Effect":"Allow","Action":"s3:*","Resource":%s%s}`, oneOrList(r, some(r, granted)), sometimesConditional(r)))
		}
		k := Kept{Action: "s3:GetObject", Touched: some(r, touched)}
		today := sources(statements(strings.Join(items, ",")))
		p, err := Propose(today, []Kept{k})
		if err != nil {
			t.Fatal(err)
		}
		narrowed += len(p.Narrowed)
		before, after := grantsOf(t, today[0].Document), grantsOf(t, p.Drafts[0].JSON())
		for _, now := range after {
			if !slices.ContainsFunc(before, func(was [2]string) bool { return matches(was[0], now[0]) && was[1] == now[1] }) {
				t.Fatalf("seed %d, %d: %v is more than %v", *seed, i, now, before)
			}
		}
		for _, o := range objects {
			was, is := grantsAny(before, o), grantsAny(after, o)
			needed := slices.ContainsFunc(k.Touched, func(p string) bool { return matches(p, o) })
			switch {
			case was && needed && !is:
				t.Fatalf("seed %d, %d: %s was touched and is lost: %v\n%s", *seed, i, o, before, p.Drafts[0].JSON())
			case was && is:
				kept++
			case was:
				lost++
			}
		}
	}
	if narrowed < 500 || kept < 500 || lost < 500 {
		t.Errorf("too little was tried: %d narrowed, %d kept, %d lost", narrowed, kept, lost)
	}
}

func sometimesConditional(r *rand.Rand) string {
	if oneIn(r, 3) {
		return `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`
	}
	return ""
}

// grantsOf are the resource patterns of a document, each with its condition.
func grantsOf(t *testing.T, document string) (out [][2]string) {
	doc, err := Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Statements {
		for _, pattern := range s.Resources {
			out = append(out, [2]string{pattern, s.ConditionJSON})
		}
	}
	return out
}

// grantsAny says whether a pattern fits, whoever aws:username is.
func grantsAny(grants [][2]string, object string) bool {
	return slices.ContainsFunc(grants, func(g [2]string) bool { return matches(strings.ReplaceAll(g[0], "${aws:username}", "*"), object) })
}
