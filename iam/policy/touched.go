package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// MaxTouched is how many resources an action may have touched to be granted on these
// alone. More are no list that a person reads, and the next one is likely to come.
const MaxTouched = 20

// resourceKind is a kind of resource of which the events show just what IAM is asked
// about. Others show less (a table where the index counts) or something else.
type resourceKind struct {
	// arn fits its ARNs, in which nothing has a meaning as a pattern.
	arn *regexp.Regexp
	// beside fits what may stand in the same event and is not asked about.
	beside *regexp.Regexp
	// patterns are what to grant for an ARN, with % for what arn's group found.
	patterns []string
}

// resourceKinds are these kinds by service and resource type of the catalogue. Source:
// the resources of events in the user guides of the services, and their entries in
// the Service Authorization Reference. An object stands for its bucket: "/*" is put
// in place of its key before.
var resourceKinds = map[string]resourceKind{
	"dynamodb:table":  {arn: arnOf(`dynamodb:[a-z0-9-]+:\d{12}:table/[A-Za-z0-9_.-]+`), patterns: []string{"%"}},
	"iam:role":        {arn: arnOf(`iam::\d{12}:role/[A-Za-z0-9_+=,.@/-]+`), patterns: []string{"%"}},
	"kms:key":         {arn: arnOf(`kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+`), patterns: []string{"%"}},
	"lambda:function": {arn: arnOf(`lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+`), patterns: []string{"%", "%:*"}},
	"s3:bucket":       {arn: bucketARN, beside: objectsARN, patterns: []string{"%"}},
	"s3:object":       {arn: objectsARN, beside: bucketARN, patterns: []string{"%"}},
	"sns:topic":       {arn: arnOf(`sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+`), patterns: []string{"%"}},
	"sqs:queue":       {arn: arnOf(`sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+`), patterns: []string{"%"}},
	"sts:role":        {arn: arnOf(`iam::\d{12}:role/[A-Za-z0-9_+=,.@/-]+`), patterns: []string{"%"}},
}

var (
	bucketARN  = arnOf(`s3:::[A-Za-z0-9._-]+`)
	objectsARN = arnOf(`s3:::[A-Za-z0-9._-]+/\*`)
)

func arnOf(rest string) *regexp.Regexp { return regexp.MustCompile(`^arn:aws[a-z-]*:` + rest + `$`) }

// Touches returns patterns of the resources that the calls of an action were about,
// sorted. types are its resource types in the catalogue, calls the ARNs that the
// events show, one list for each kind of call.
//
// There are none, and why says so, unless every call shows a resource of the kind
// that IAM is asked about, and they are no more than MaxTouched.
func Touches(action string, types []string, calls [][]string) (touched []string, why string) {
	kind, of, ok := kindOf(action, types)
	switch {
	case !ok:
		return nil, "its events do not show what IAM is asked about"
	case comesAndGoes(action, of):
		return nil, "the next resource that it makes or deletes has another name"
	case len(calls) == 0:
		return nil, "no event of it shows a resource"
	}
	for _, arns := range calls {
		found := false
		for _, arn := range arns {
			if kind.arn.MatchString(arn) {
				found = true
				touched = append(touched, arn)
			} else if kind.beside == nil || !kind.beside.MatchString(arn) {
				return nil, fmt.Sprintf("an event of it shows %.120q", arn)
			}
		}
		if !found {
			return nil, "not every event of it shows a resource"
		}
	}
	slices.Sort(touched)
	if touched = slices.Compact(touched); len(touched) > MaxTouched {
		return nil, fmt.Sprintf("it touched more than %d resources", MaxTouched)
	}
	return kind.grant(touched), ""
}

// kindOf finds the only kind of resource of an action, and what the catalogue calls
// it. Access points of S3 are other ways to the same resource, which calls through
// them show.
func kindOf(action string, types []string) (kind resourceKind, name string, ok bool) {
	var names []string
	for _, t := range types {
		if t = strings.TrimSuffix(t, "*"); t != "accesspoint" && t != "accesspointobject" {
			names = append(names, t)
		}
	}
	if len(names) != 1 {
		return resourceKind{}, "", false
	}
	kind, ok = resourceKinds[ServiceOf(action)+":"+names[0]]
	return kind, names[0], ok
}

// comesAndGoes says that an action makes or deletes whole resources of the kind.
// Objects are deleted by their bucket, which stays.
func comesAndGoes(action, kind string) bool {
	_, name, _ := strings.Cut(action, ":")
	return kind != "object" && (strings.EqualFold(name, "Create"+kind) || strings.EqualFold(name, "Delete"+kind))
}

func (k resourceKind) grant(arns []string) (out []string) {
	for _, arn := range arns {
		for _, p := range k.patterns {
			out = append(out, strings.Replace(p, "%", arn, 1))
		}
	}
	return out
}

// narrowing returns, for each of the grants of an action, the resources that it may
// be cut down to when the action is needed on the touched ones alone. It is nil if
// that cannot be said, or would cut nothing.
func narrowing(by []*grant, touched []string) [][]string {
	if len(touched) == 0 || slices.ContainsFunc(by, func(g *grant) bool { return len(g.NotResources) > 0 }) {
		return nil
	}
	out := make([][]string, len(by))
	narrower := false
	met := map[string]bool{}
	for i, g := range by {
		for _, granted := range g.Resources {
			for _, t := range touched {
				if common := overlap(granted, t); common != "" {
					met[t] = true
					out[i] = append(out[i], common)
				}
			}
		}
		out[i] = tidy(out[i])
		narrower = narrower || !slices.Equal(out[i], tidy(g.Resources))
	}
	if len(met) < len(touched) || !narrower {
		return nil // something else let it touch what they do not grant
	}
	return out
}

// overlap is a pattern that is no more than the granted one, and fits all that both
// fit; empty if there is nothing.
func overlap(granted, touched string) string {
	if matches(granted, touched) {
		return touched
	}
	before, _, variable := strings.Cut(granted, "${")
	if (variable || strings.ContainsAny(touched, "*?")) && mayMeet(before, touched) {
		return granted
	}
	return ""
}
