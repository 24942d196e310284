package action

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// catalogueOf is a catalogue of actions that write, with an operation map.
func catalogueOf(t *testing.T, names []string, operations ...Operation) *Catalogue {
	t.Helper()
	var actions []Action
	for _, full := range names {
		service, name, _ := strings.Cut(full, ":")
		actions = append(actions, Action{Service: service, Name: name, Level: Write})
	}
	c, err := New(time.Unix(0, 0).UTC(), actions, operations)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestOperationMapComesLast: what a refreshed catalogue says of an operation counts neither
// before renames.txt, nor before an action of the same name, nor before the verb; it only adds
// what may be needed besides.
func TestOperationMapComesLast(t *testing.T) {
	m := NewMapper(catalogueOf(t, []string{"apigateway:GET", "apigateway:Other", "s3:ListAllMyBuckets", "s3:Other", "x:DoIt", "x:Other"},
		Operation{Service: "apigateway", Name: "GetRestApis", Actions: []string{"apigateway:Other"}},
		Operation{Service: "s3", Name: "ListBuckets", Actions: []string{"s3:Other"}},
		Operation{Service: "x", Name: "DoIt", Actions: []string{"x:Other"}},
		Operation{Service: "x", Name: "DoThat", Actions: []string{"x:Other"}}))
	for _, c := range []struct{ service, name, want string }{
		{"s3", "ListBuckets", "s3:ListAllMyBuckets s3:Other"},
		{"x", "DoIt", "x:DoIt x:Other"},
		{"apigateway", "GetRestApis", "apigateway:GET apigateway:Other"},
		{"x", "DoThat", "x:Other"},
	} {
		if got := mappingText(m.Map(c.service+".amazonaws.com", c.name, "AwsApiCall")); got != c.want {
			t.Errorf("%s of %s is mapped to %s, want %s", c.name, c.service, got, c.want)
		}
	}
}

// TestRefreshOfARefreshedCatalogue: operations of services that are described anew are as they
// are now, those of others as they were.
func TestRefreshOfARefreshedCatalogue(t *testing.T) {
	before := catalogueOf(t, []string{"x:Do", "y:Do"},
		Operation{Service: "x", Name: "DoOnce", Actions: []string{"x:Do"}}, Operation{Service: "y", Name: "DoTwice", Actions: []string{"y:Do"}})
	y, err := ParseReference([]byte(`{"Name":"y","Actions":[{"Name":"Do"}],"Operations":[{"Name":"DoThrice","AuthorizedActions":[{"Service":"y","Name":"Do"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	after, err := before.Refresh(time.Unix(0, 0).UTC(), []*Reference{y})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for o := range after.Operations() {
		got = append(got, o.Service+":"+o.Name)
	}
	if want := []string{"x:DoOnce", "y:DoThrice"}; !slices.Equal(got, want) {
		t.Errorf("operations %v, want %v", got, want)
	}
}
