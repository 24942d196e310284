package trail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const arn = `"TrailARN":"arn:aws:cloudtrail:eu-west-1:111111111111:trail/main"`

func basic(selectors ...string) string {
	return `{` + arn + `,"EventSelectors":[` + strings.Join(selectors, ",") + `]}`
}

func advanced(fields ...string) string {
	return `{` + arn + `,"AdvancedEventSelectors":[{"Name":"x","FieldSelectors":[` + strings.Join(fields, ",") + `]}]}`
}

func field(name, operator string, values ...string) string {
	return fmt.Sprintf(`{"Field":%q,%q:["%s"]}`, name, operator, strings.Join(values, `","`))
}

// brief writes a selector in a line.
func brief(s Selector) string {
	out := s.Category + " " + s.ResourceType
	for _, flag := range []struct {
		set  bool
		name string
	}{{s.Reads, " reads"}, {s.Writes, " writes"}, {s.Narrowed, " narrowed"}, {s.Organization, " organization"}, {s.MultiRegion, " regions"}, {s.Described, " described"}} {
		if flag.set {
			out += flag.name
		}
	}
	if len(s.ExcludedServices) > 0 {
		out += " without " + strings.Join(s.ExcludedServices, ",")
	}
	return out
}

func TestParse(t *testing.T) {
	management, data := field("eventCategory", "Equals", "Management"), field("eventCategory", "Equals", "Data")
	objects := field("resources.type", "Equals", "AWS::S3::Object")
	for text, want := range map[string][]string{
		basic(`{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}`): {"Management  reads writes"},
		basic(`{}`):                            {"Management  reads writes"},
		basic(`{"ReadWriteType":"WriteOnly"}`): {"Management  writes"},
		basic(`{"ReadWriteType":"ReadOnly","ExcludeManagementEventSources":["kms.amazonaws.com","rdsdata.amazonaws.com"]}`): {"Management  reads without kms,rds-data"},
		basic(`{"IncludeManagementEvents":false,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}`):     {"Data AWS::S3::Object reads writes"},
		basic(`{"IncludeManagementEvents":false,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws-cn:s3:::"]},{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda:eu-west-1:111111111111:function:f"]},{"Type":"AWS::DynamoDB::Table","Values":["arn:aws:dynamodb"]}]}`): {
			"Data AWS::S3::Object reads writes", "Data AWS::Lambda::Function reads writes narrowed", "Data AWS::DynamoDB::Table reads writes"},
		advanced(management): {"Management  reads writes"},
		advanced(management, field("readOnly", "Equals", "false"), field("eventSource", "NotEquals", "kms.amazonaws.com")): {"Management  writes without kms"},
		advanced(data, objects): {"Data AWS::S3::Object reads writes"},
		advanced(data, objects, field("readOnly", "Equals", "true"), field("resources.ARN", "StartsWith", "arn:aws:s3:::")):         {"Data AWS::S3::Object reads"},
		advanced(data, objects, field("resources.ARN", "StartsWith", "arn:aws:s3:::bucket/")):                                       {"Data AWS::S3::Object reads writes narrowed"},
		advanced(data, objects, field("eventName", "Equals", "DeleteObject")):                                                       {"Data AWS::S3::Object reads writes narrowed"},
		advanced(data, objects, field("fieldOfTomorrow", "Equals", "x")):                                                            {"Data AWS::S3::Object reads writes narrowed"},
		advanced(data, objects, field("readOnly", "NotEquals", "x")):                                                                {"Data AWS::S3::Object reads writes narrowed"},
		`{"trailList":[{` + arn + `,"HomeRegion":"eu-west-1","IsOrganizationTrail":true,"IsMultiRegionTrail":true}]}` + basic(`{}`): {"Management  reads writes organization regions described"},
		`[` + basic(`{}`) + `,{"Trail":{` + arn + `,"IsMultiRegionTrail":true}}]`:                                                   {"Management  reads writes regions described"},
	} {
		selectors, err := Parse(strings.NewReader(text), "t.json")
		var got []string
		for _, s := range selectors {
			got = append(got, brief(s))
			if s.AccountID != "111111111111" || s.TrailARN == "" {
				t.Errorf("%s: %+v", text, s)
			}
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q, %v\nwant %q", text, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``:                                       `reading trails "t.json": it has no event selectors; ` + howTo,
		`{}`:                                     `reading trails "t.json": it has no event selectors; ` + howTo,
		`{"EventSelectors":[{}]`:                 `reading trails "t.json": it is not JSON: unexpected EOF; ` + howTo,
		`7`:                                      `reading trails "t.json": document 1: a number stands where the output of a command is expected; ` + howTo,
		`[{}]{}[{},7]`:                           `reading trails "t.json": document 3: a number stands where the output of a command is expected; ` + howTo,
		`{"EventSelectors":7}`:                   `reading trails "t.json": document 1: EventSelectors is a number, which it never is in the output of these commands; ` + howTo,
		basic(`{"DataResources":[{"Type":{}}]}`): `reading trails "t.json": document 1: EventSelectors.DataResources.Type is an object, which it never is in the output of these commands; ` + howTo,
		advanced(field("eventCategory", "Equals", many(600)...), field("resources.type", "Equals", many(600)...)): `reading trails "t.json": the selectors of arn:aws:cloudtrail:eu-west-1:111111111111:trail/main have 1203 values, over the limit of 1000; ` + howTo,
		advanced(field("eventCategory", "Equals", many(200)...), field("resources.type", "Equals", many(200)...)): `reading trails "t.json": it asks for more than 10000 kinds of events; ` + howTo,
		basic(`{"ReadWriteType":"All"}`) + basic(`{"ReadWriteType":"WriteOnly"}`):                                 `reading trails "t.json": trail arn:aws:cloudtrail:eu-west-1:111111111111:trail/main is there twice, with different event selectors: keep the output of today`,
		`{"TrailARN":"../x","EventSelectors":[{}]}`:                                                               `reading trails "t.json": "../x" is not the ARN of a trail; ` + howTo,
	} {
		if got, err := Parse(strings.NewReader(text), "t.json"); err == nil || err.Error() != want || got != nil {
			t.Errorf("%s:\n got %v, %v\nwant %s", text, got, err, want)
		}
	}
}

func many(n int) []string { return strings.Split(strings.Repeat("x,", n-1)+"x", ",") }

// FuzzParse: what is accepted belongs to an account, and more limits never make a
// selector say more.
func FuzzParse(f *testing.F) {
	f.Add(basic(`{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}`))
	f.Add(advanced(field("eventCategory", "Equals", "Data"), field("resources.type", "Equals", "AWS::S3::Object")))
	f.Add(`[{"trailList":null},null]`)
	f.Fuzz(func(t *testing.T, text string) {
		selectors, err := Parse(strings.NewReader(text), "f")
		if (err == nil) != (len(selectors) > 0) {
			t.Fatalf("%d selectors, %v", len(selectors), err)
		}
		for _, s := range selectors {
			if len(s.AccountID) != 12 {
				t.Fatalf("%+v", s)
			}
		}
	})
}
