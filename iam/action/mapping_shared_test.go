package action

import (
	"bufio"
	"compress/gzip"
	stdflag "flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const sharedFolder = "../../../shared/iam"

var updateGolden = stdflag.Bool("update", false, "write the golden files anew")

// sharedLines are the lines of a reference file, which is not part of the
// repository.
func sharedLines(t testing.TB, name string) []string {
	t.Helper()
	file, err := os.Open(filepath.Join(sharedFolder, name))
	if os.IsNotExist(err) {
		t.Skipf("no %s", filepath.Join(sharedFolder, name))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	var lines []string
	for s := bufio.NewScanner(r); s.Scan(); {
		lines = append(lines, s.Text())
	}
	if len(lines) < 100 {
		t.Fatalf("%s has %d lines only", name, len(lines))
	}
	return lines
}

// unmappedEvents are the pairs of the sample without an action. Only the last two
// are API calls (iam-data 2.3).
var unmappedEvents = []string{
	"ec2.amazonaws.com SharedSnapshotCopyInitiated",
	"ec2.amazonaws.com SharedSnapshotVolumeCreated",
	"s3.amazonaws.com JobCreated",
	"secretsmanager.amazonaws.com EndSecretVersionDelete",
	"secretsmanager.amazonaws.com StartSecretVersionDelete",
	"signin.amazonaws.com CheckMfa",
	"signin.amazonaws.com ConsoleLogin",
	"signin.amazonaws.com GetSigninToken",
	"signin.amazonaws.com PasswordRecoveryRequested",
	"signin.amazonaws.com SwitchRole",
	"discovery-marketplace.amazonaws.com GetListingView",
	"s3.amazonaws.com GetStorageLensDashboardDataInternal",
}

// TestEventsSeenAreMapped holds the share of real event names that have an action:
// at least 507 of 519.
func TestEventsSeenAreMapped(t *testing.T) {
	m := NewMapper(Embedded())
	var unmapped []string
	pairs := 0
	for _, line := range sharedLines(t, "cloudtrail-events.tsv")[1:] {
		columns := strings.Split(line, "\t")
		pairs++
		mapping := m.Map(columns[0], columns[1], "")
		if mapping.Primary == "" {
			unmapped = append(unmapped, columns[0]+" "+columns[1])
		}
		if mapping.Primary == "" && len(mapping.Possible) == 0 && !strings.HasPrefix(columns[0], "signin.") {
			t.Errorf("%s is neither mapped nor shown as unmapped", line)
		}
	}
	t.Logf("%d of %d pairs mapped", pairs-len(unmapped), pairs)
	if pairs != 519 || pairs-len(unmapped) < 507 {
		t.Errorf("%d of %d pairs are unmapped", len(unmapped), pairs)
	}
	want := slices.Sorted(slices.Values(unmappedEvents))
	if slices.Sort(unmapped); !slices.Equal(unmapped, want) {
		t.Errorf("unmapped:\n%s\nwant\n%s", strings.Join(unmapped, "\n"), strings.Join(want, "\n"))
	}
}

// signedAs are the services of the reference whose calls CloudTrail names by
// another host.
var signedAs = map[string]string{"opensearch": "es"}

// TestPrimaryIsAuthorised compares with AWS's own map of operations to the actions
// they may authorise. The file lists the operations that are not simply the action
// of the same name, which are the hard ones.
func TestPrimaryIsAuthorised(t *testing.T) {
	c := Embedded()
	m := NewMapper(c)
	agreeing, compared := 0, 0
	var rest []string
	service := ""
	for _, line := range sharedLines(t, "operation-actions.tsv.gz") {
		if name, ok := strings.CutPrefix(line, "@"); ok {
			service = name
			continue
		}
		operation, column, _ := strings.Cut(line, "\t")
		authorised := authorisedActions(service, column)
		if !slices.ContainsFunc(authorised, func(name string) bool { return knows(c, name) }) {
			continue
		}
		host := service
		if other, ok := signedAs[service]; ok {
			host = other
		}
		compared++
		mapping := m.Map(host+".amazonaws.com", operation, "AwsApiCall")
		if containsFold(authorised, mapping.Primary) {
			agreeing++
		} else {
			rest = append(rest, fmt.Sprintf("%s:%s -> %s, authorised: %s", service, operation, mapping.Primary, strings.Join(authorised, " ")))
		}
	}
	share := float64(agreeing) / float64(max(compared, 1))
	t.Logf("the primary action of %d of %d operations, %.2f %%, is among the authorised ones", agreeing, compared, 100*share)
	if compared < 2700 || share < 0.99 {
		t.Errorf("%d of %d agree", agreeing, compared)
	}
	compareGolden(t, "testdata/primary_not_authorised.golden", strings.Join(rest, "\n")+"\n")
}

// authorisedActions reads a column of actions. What stands behind a = is the
// service that a role is passed to.
func authorisedActions(service, column string) []string {
	actions := strings.Split(column, ",")
	for i, name := range actions {
		name, _, _ = strings.Cut(name, "=")
		if !strings.Contains(name, ":") {
			name = service + ":" + name
		}
		actions[i] = name
	}
	return actions
}

func knows(c *Catalogue, full string) bool {
	service, name, _ := strings.Cut(full, ":")
	_, ok := c.Lookup(service, name)
	return ok
}

func containsFold(list []string, text string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, text) })
}

// TestRolesPassedAreKnown: passrole.txt has every operation that AWS lists.
func TestRolesPassedAreKnown(t *testing.T) {
	m := NewMapper(Embedded())
	service, compared := "", 0
	for _, line := range sharedLines(t, "operation-actions.tsv.gz") {
		if name, ok := strings.CutPrefix(line, "@"); ok {
			service = name
			continue
		}
		operation, column, _ := strings.Cut(line, "\t")
		host := service
		if other, ok := signedAs[service]; ok {
			host = other
		}
		if !slices.Contains(authorisedActions(service, column), passRole) {
			continue
		}
		compared++
		if mapping := m.Map(host+".amazonaws.com", operation, "AwsApiCall"); !slices.Contains(mapping.Possible, passRole) {
			t.Errorf("%s %s may pass a role, but is mapped to %s", service, operation, mappingText(mapping))
		}
	}
	if compared < 770 {
		t.Errorf("compared %d operations only", compared)
	}
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *updateGolden {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at the difference and run with -update:\n%s", path, got)
	}
}
