package live_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roletrail/iam/action"
	"roletrail/iam/inventory"
	"roletrail/iam/policy"
	"roletrail/pipeline/live"
)

// TestAllPagesAreAsked: roles of three pages arrive with what IAM says of them, and
// a call that IAM throttles is made again.
func TestAllPagesAreAsked(t *testing.T) {
	const perPage = 90
	var calls []url.Values
	throttled := 0
	serve(t, func(w http.ResponseWriter, form url.Values) {
		calls = append(calls, form)
		page := map[string]int{"": 0, "m1": 1, "m2": 2}[form.Get("Marker")]
		if page == 1 && throttled == 0 {
			throttled++
			refuse(w, http.StatusBadRequest, "Throttling", "Rate exceeded")
			return
		}
		roles := ""
		for i := range perPage {
			roles += roleXML(page*perPage + i)
		}
		answer(w, roles, policiesXML, map[int]string{0: "m1", 1: "m2"}[page])
	})
	told := 0
	inv, err := askTelling(t.Context(), t, func(entries int) { told += entries })
	if err != nil {
		t.Fatal(err)
	}
	if want := 3 * (perPage + 2); told != want {
		t.Errorf("%d roles and policies were told of, want %d", told, want)
	}
	markers := make([]string, 0, len(calls))
	for _, form := range calls {
		markers = append(markers, form.Get("Marker"))
		for key, want := range map[string]string{"Action": "GetAccountAuthorizationDetails",
			"Filter.member.1": "Role", "Filter.member.2": "LocalManagedPolicy", "Filter.member.3": "AWSManagedPolicy"} {
			if form.Get(key) != want {
				t.Errorf("%s is %q, want %q", key, form.Get(key), want)
			}
		}
	}
	if want := []string{"", "m1", "m1", "m2"}; !slices.Equal(markers, want) {
		t.Errorf("asked for the pages %q, want %q: the second one again after it was throttled", markers, want)
	}
	if len(inv.Roles) != 3*perPage || inv.Pages != 3 || len(inv.Problems) > 0 || len(inv.Incomplete) > 0 {
		t.Fatalf("%d roles of %d pages, problems %v, incomplete %v", len(inv.Roles), inv.Pages, inv.Problems, inv.Incomplete)
	}
	checkRole(t, inv, 123)
}

// checkRole compares all that is read of one role with what roleXML wrote.
func checkRole(t *testing.T, inv *inventory.Inventory, i int) {
	t.Helper()
	arn := fmt.Sprintf("arn:aws:iam::111111111111:role/team/r%03d", i)
	at := slices.IndexFunc(inv.Roles, func(r inventory.Role) bool { return r.ARN == arn })
	if at < 0 {
		t.Fatalf("%s is not there", arn)
	}
	r := inv.Roles[at]
	got := []any{r.RoleID, r.Path, r.Name, r.CreatedAt, r.Boundary, r.Tags, r.LastUsed, r.LastUsedRegion, r.MaxSession, r.TrustPolicy}
	want := []any{fmt.Sprintf("AROAEXAMPLEEXAMPLE%03d", i), "/team/", fmt.Sprintf("r%03d", i), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		"arn:aws:iam::111111111111:policy/edge", `{"team":"a+b c"}`, time.Date(2026, 9, 8, 7, 6, 5, 0, time.UTC), "eu-west-1", int32(0),
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
	judge := inventory.NewJudge(inv, action.Embedded(), nil)
	var allowed []string
	for p := range judge.Role(&r).Permissions() {
		allowed = append(allowed, p.Action)
	}
	if want := []string{"s3:GetObject", "sqs:SendMessage"}; !slices.Equal(allowed, want) {
		t.Errorf("it may do %v, want %v: inline, and attached of AWS, within its boundary", allowed, want)
	}
	if problems := judge.Problems(); len(problems) > 0 {
		t.Errorf("problems %v", problems)
	}
}

// TestEmptyListsAreNone: a role without policies and tags is known to have none, which
// is not the same as not knowing.
func TestEmptyListsAreNone(t *testing.T) {
	serve(t, func(w http.ResponseWriter, _ url.Values) { answer(w, bareRoleXML, "", "") })
	inv, err := ask(t.Context(), t)
	if err != nil {
		t.Fatal(err)
	}
	if len(inv.Roles) != 1 || inv.Roles[0].Tags != "{}" || len(inv.Problems) > 0 {
		t.Fatalf("roles %+v, problems %v", inv.Roles, inv.Problems)
	}
	judge := inventory.NewJudge(inv, action.Embedded(), nil)
	if got := judge.Role(&inv.Roles[0]).Privilege; got != policy.None || len(judge.Problems()) > 0 {
		t.Errorf("its privilege is %q, want %q; problems %v", got, policy.None, judge.Problems())
	}
}

// TestRefusals: each way not to get an inventory says what to do next.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		handle    func(w http.ResponseWriter, form url.Values)
		err, hint string
		calls     int32
	}{
		"denied": {
			func(w http.ResponseWriter, _ url.Values) {
				refuse(w, http.StatusForbidden, "AccessDenied", "User: arn:aws:iam::111111111111:user/u is not authorized to perform: iam:GetAccountAuthorizationDetails on resource: *")
			},
			"asking IAM for its account authorization details: AccessDenied: User: arn:aws:iam::111111111111:user/u is not authorized to perform: iam:GetAccountAuthorizationDetails on resource: *",
			`the caller needs this policy: {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetAccountAuthorizationDetails","Resource":"*"}]}`, 1,
		},
		"expired": {
			func(w http.ResponseWriter, _ url.Values) {
				refuse(w, http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired")
			},
			"asking IAM for its account authorization details: ExpiredToken: The security token included in the request is expired",
			"renew them", 1,
		},
		"throttled for ever": {
			func(w http.ResponseWriter, _ url.Values) {
				refuse(w, http.StatusBadRequest, "Throttling", "Rate exceeded")
			},
			"asking IAM for its account authorization details: Throttling: Rate exceeded", "AWS_MAX_ATTEMPTS", 2,
		},
		"a page that has no end": {
			func(w http.ResponseWriter, _ url.Values) {
				fmt.Fprint(w, "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>")
				space := []byte(strings.Repeat(" ", 1<<20))
				for range 80 {
					w.Write(space) // the client hangs up
				}
			},
			"the answer has more than 67108864 bytes", "AWS_ENDPOINT_URL", 1,
		},
		"no answer of IAM": {
			func(w http.ResponseWriter, _ url.Values) { fmt.Fprint(w, "<html>Sign in to the network</html>") },
			"asking IAM for its account authorization details: ", "HTTPS_PROXY", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			serve(t, func(w http.ResponseWriter, form url.Values) {
				calls.Add(1)
				c.handle(w, form)
			})
			t.Setenv("AWS_MAX_ATTEMPTS", "2")
			inv, err := ask(t.Context(), t)
			if inv != nil || err == nil || !strings.Contains(err.Error(), c.err) || !strings.Contains(hintOf(err), c.hint) {
				t.Errorf("got %v, error %v, hint %s", inv, err, hintOf(err))
			}
			if calls.Load() != c.calls {
				t.Errorf("%d calls, want %d", calls.Load(), c.calls)
			}
		})
	}
}

// TestMarkerThatComesAgain: an endpoint that goes in circles is asked no further, and
// the inventory is known to be incomplete.
func TestMarkerThatComesAgain(t *testing.T) {
	var calls atomic.Int32
	serve(t, func(w http.ResponseWriter, _ url.Values) {
		marker := "again"
		if n := calls.Add(1); n > 5 {
			marker = "" // who asks on is let go, and found out
		}
		answer(w, roleXML(int(calls.Load())), "", marker)
	})
	inv, err := ask(t.Context(), t)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"111111111111"}; !slices.Equal(inv.Incomplete, want) || calls.Load() != 2 {
		t.Errorf("incomplete %v after %d calls, want %v after 2", inv.Incomplete, calls.Load(), want)
	}
}

// TestInterrupted: neither a call that hangs nor a pause outlives the context.
func TestInterrupted(t *testing.T) {
	for name, handle := range map[string]func(http.ResponseWriter, context.Context){
		"hanging": func(_ http.ResponseWriter, call context.Context) { <-call.Done() },
		"pausing": func(w http.ResponseWriter, _ context.Context) {
			refuse(w, http.StatusBadRequest, "Throttling", "Rate exceeded")
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			serveCalls(t, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body) // only then the server sees that the caller hangs up
				time.AfterFunc(50*time.Millisecond, cancel)
				handle(w, r.Context())
			})
			start := time.Now()
			_, err := ask(ctx, t)
			if took := time.Since(start); !errors.Is(err, context.Canceled) || took > 20*time.Second {
				t.Errorf("after %s: %v", took, err)
			}
		})
	}
}

// TestNoCredentials: it is said before IAM is called, also on a machine whose
// metadata service takes connections and never answers.
func TestNoCredentials(t *testing.T) {
	var calls atomic.Int32
	serve(t, func(http.ResponseWriter, url.Values) { calls.Add(1) })
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, key := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"} {
		t.Setenv(key, "")
	}
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://"+silent.Addr().String())
	start := time.Now()
	_, err = live.Connect(t.Context())
	took := time.Since(start)
	if err == nil || !strings.HasPrefix(err.Error(), "finding credentials of AWS: ") || !strings.Contains(hintOf(err), "AWS_PROFILE") {
		t.Errorf("%v, hint %s", err, hintOf(err))
	}
	t.Logf("after %s: %v", took, err)
	if calls.Load() > 0 || took > 30*time.Second {
		t.Errorf("after %s and %d calls of IAM", took, calls.Load())
	}
	t.Setenv("AWS_PROFILE", "absent")
	if _, err := live.Connect(t.Context()); err == nil || !strings.Contains(err.Error(), "absent") || hintOf(err) == "" {
		t.Errorf("%v, hint %s", err, hintOf(err))
	}
}

func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}

func ask(ctx context.Context, t *testing.T) (*inventory.Inventory, error) {
	t.Helper()
	return askTelling(ctx, t, nil)
}

func askTelling(ctx context.Context, t *testing.T, told func(entries int)) (*inventory.Inventory, error) {
	t.Helper()
	client, err := live.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return live.ReadInventory(ctx, client, told)
}

// serve stands in for IAM, and keeps the machine's own configuration out.
func serve(t *testing.T, handle func(w http.ResponseWriter, form url.Values)) {
	t.Helper()
	serveCalls(t, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		handle(w, r.PostForm)
	})
}

func emptyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
