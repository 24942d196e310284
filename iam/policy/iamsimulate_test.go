//go:build iamsimulate

package policy

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// simulatedRole is the driver's principal.
const simulatedRole = "arn:aws:iam::111111111111:role/r"

// accepted is what IAM accepts in policies: the simulator is held to nothing else.
var accepted = vocabulary{
	actions: []string{"*", "s3:*", "S3:*", "s3:Get*", "s3:get*", "s3:Get?bject", "s3:*Object", "s3:*Object*", "s3:GetObject", "S3:GETOBJECT",
		"s3express:*", "ec2:*", "ec2:Create*", "ec2:CreateRole", "ec2:*Role", "ecs:*Tags", "ec2:List*", "new:*"},
	resources: []string{"*", "arn:aws:s3:::a/*", "arn:aws:s3:::b", "arn:aws:iam::111111111111:role/*", "arn:aws:s3:::*", "arn:aws:s3:::?"},
	conditions: []wantedCondition{
		{`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, sometimes}, {`{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1"]}}`, sometimes},
		{`{"StringLikeIfExists":{"aws:RequestedRegion":["eu-*","us-*"]},"NumericLessThan":{"aws:MultiFactorAuthAge":"300"}}`, sometimes},
	},
	roles: []string{simulatedRole},
}

// probes are resources such that each pattern above has one that fits it and no
// narrower one, and contexts in which the conditions hold and fail.
var (
	probeResources = []string{"arn:aws:s3:::a/k", "arn:aws:s3:::b", "arn:aws:s3:::zz", "arn:aws:iam::111111111111:role/x", "arn:aws:sqs:eu-west-1:111111111111:q"}
	probeContexts  = []map[string]string{
		{}, {"aws:MultiFactorAuthPresent": "true", "aws:RequestedRegion": "eu-west-1", "aws:MultiFactorAuthAge": "7"},
		{"aws:MultiFactorAuthPresent": "false", "aws:RequestedRegion": "ap-south-1", "aws:MultiFactorAuthAge": "900"},
		{"aws:MultiFactorAuthPresent": "true", "aws:RequestedRegion": "us-east-1", "aws:MultiFactorAuthAge": "7"},
	}
)

type simulatorRequest struct {
	Action   string            `json:"action"`
	Resource string            `json:"resource"`
	Context  map[string]string `json:"context"`
}

type simulatorSet struct {
	Identity []json.RawMessage   `json:"identity"`
	Boundary json.RawMessage     `json:"boundary"`
	SCPs     [][]json.RawMessage `json:"scps"`
	RCPs     [][]json.RawMessage `json:"rcps"`
	Requests []simulatorRequest  `json:"requests"`
}

// simulator is the driver's process.
type simulator struct {
	in  io.Writer
	out *bufio.Reader
}

func startSimulator(t *testing.T) simulator {
	t.Helper()
	folder := os.Getenv("IAM_SIMULATE")
	if folder == "" {
		t.Skip("started by scripts/iam-simulate/run.sh")
	}
	cmd := exec.Command("node", filepath.Join("..", "..", "scripts", "iam-simulate", "driver.cjs"), folder)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // which ends it
		_ = cmd.Wait()
	})
	return simulator{in, bufio.NewReaderSize(out, 1<<20)}
}

func (s simulator) ask(t *testing.T, set simulatorSet) []bool {
	t.Helper()
	if err := json.NewEncoder(s.in).Encode(set); err != nil {
		t.Fatal(err)
	}
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Allowed []bool
		Error   string
	}
	if err := json.Unmarshal(line, &answer); err != nil || answer.Error != "" || len(answer.Allowed) != len(set.Requests) {
		t.Fatalf("%v, %s", err, line)
	}
	return answer.Allowed
}

// TestAgainstIAMSimulate asks the simulator whether requests for an action are
// allowed, on several resources and in several contexts. What we call denied must
// be refused each time; what we call allowed must be granted on at least one
// resource in every context. Conditional binds it to nothing; how often it grants
// all or nothing there is logged by the reason, and is what our not holding
// resources and conditions against each other costs.
func TestAgainstIAMSimulate(t *testing.T) {
	s := startSimulator(t)
	u := NewUniverse(testNames())
	t.Logf("seed %d, %d sets", *seed, *sets)
	effects, coarse, wrong := map[Effect]int{}, map[string]int{}, 0
	for i := range *sets {
		r := random(t, i)
		wanted := accepted.set(r)
		result := Evaluate(u, wanted.compile(r, u))
		permissions := map[int]*Permission{}
		for index, p := range result.All() {
			permissions[index] = p
		}
		set := wanted.forSimulator(r)
		var indexes []int
		for range 12 {
			index := r.IntN(u.Len())
			indexes = append(indexes, index)
			set.Requests = append(set.Requests, requestsOf(u.Name(index))...)
		}
		allowed := s.ask(t, set)
		each := len(probeResources) * len(probeContexts)
		for at, index := range indexes {
			granted, steady := judge(allowed[at*each : (at+1)*each])
			effect := result.Effect(index)
			effects[effect]++
			switch {
			case effect == Denied && granted > 0, effect == Allowed && !steady:
				if wrong++; wrong <= 5 {
					t.Errorf("set %d: %s is %v, the simulator grants %d of %d\n%+v", i, u.Name(index), effect, granted, each, wanted)
				}
			case effect == Conditional && granted == 0:
				coarse["never granted: "+string(permissions[index].Why[0].Kind)]++
			case effect == Conditional && steady:
				coarse["granted on a resource in every context: "+string(permissions[index].Why[0].Kind)]++
			}
		}
	}
	if effects[Denied] == 0 || effects[Conditional] == 0 || effects[Allowed] == 0 {
		t.Errorf("not every effect was compared: %v", effects)
	}
	t.Logf("compared: %v; %d disagreements; conditional, but for the simulator: %v", effects, wrong, coarse)
}

// judge counts the granted requests, and says whether on one resource all were.
func judge(allowed []bool) (granted int, steady bool) {
	for at := 0; at < len(allowed); at += len(probeContexts) {
		here := 0
		for _, ok := range allowed[at : at+len(probeContexts)] {
			if ok {
				here++
			}
		}
		granted += here
		steady = steady || here == len(probeContexts)
	}
	return granted, steady
}

func requestsOf(action string) (out []simulatorRequest) {
	for _, resource := range probeResources {
		for _, context := range probeContexts {
			context = maps.Clone(context)
			context["aws:PrincipalArn"], context["aws:PrincipalAccount"], context["aws:PrincipalType"] = simulatedRole, "111111111111", "AssumedRole"
			out = append(out, simulatorRequest{action, resource, context})
		}
	}
	return out
}

// fullAccess is the policy that AWS attaches to every level of resource control
// policies by itself.
const fullAccess = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`

// forSimulator writes the set for the driver, in the one form that AWS prefers.
func (s wantedSet) forSimulator(r *rand.Rand) simulatorSet {
	write := func(p wantedPolicy, principal string) json.RawMessage {
		var items []json.RawMessage
		for _, st := range p.statements {
			st.principal = principal
			items = append(items, json.RawMessage(st.write(r, 0)))
		}
		raw, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": append([]json.RawMessage{}, items...)})
		if err != nil {
			panic(err) // the generator writes JSON
		}
		return raw
	}
	levels := func(in [][]wantedPolicy, principal string) [][]json.RawMessage {
		out := [][]json.RawMessage{}
		for _, level := range in {
			documents := []json.RawMessage{}
			for _, p := range level {
				documents = append(documents, write(p, principal))
			}
			if principal != "" {
				documents = append(documents, json.RawMessage(fullAccess))
			}
			out = append(out, documents)
		}
		return out
	}
	out := simulatorSet{Identity: []json.RawMessage{}, SCPs: levels(s.scps, ""), RCPs: levels(s.rcps, "*")}
	for _, p := range s.identity {
		out.Identity = append(out.Identity, write(p, ""))
	}
	if s.boundary != nil {
		out.Boundary = write(*s.boundary, "")
	}
	return out
}

// TestProposalAgainstIAMSimulate asks the simulator about policies and about what is
// proposed in their place: it must answer the same for each action that was kept, on
// every resource and in every context, and refuse the others.
func TestProposalAgainstIAMSimulate(t *testing.T) {
	s := startSimulator(t)
	u := NewUniverse(testNames())
	t.Logf("seed %d, %d sets", *seed, *sets/2)
	kept, dropped, granted := 0, 0, 0
	for i := range *sets / 2 {
		r := random(t, i)
		wanted := accepted.set(r)
		wanted.boundary, wanted.scps, wanted.rcps = nil, nil, nil // they bear on both
		before := wanted.forSimulator(r)
		var today []Source
		for n, document := range before.Identity {
			today = append(today, Source{Name: fmt.Sprint(n), Document: string(document)})
		}
		keep, keeps := choose(r, u, Evaluate(u, wanted.compile(r, u)))
		p, err := Propose(today, keep)
		if err != nil {
			t.Fatalf("set %d: %v", i, err)
		}
		after := simulatorSet{Identity: []json.RawMessage{}, SCPs: before.SCPs, RCPs: before.RCPs}
		for _, d := range p.Drafts {
			after.Identity = append(after.Identity, json.RawMessage(d.JSON()))
		}
		var names []string
		for range 12 {
			names = append(names, u.Name(r.IntN(u.Len())))
		}
		for _, k := range keep[:min(len(keep), 6)] {
			names = append(names, k.Action)
		}
		for _, name := range names {
			before.Requests = append(before.Requests, requestsOf(name)...)
		}
		after.Requests = before.Requests
		was, is := s.ask(t, before), s.ask(t, after)
		for at, request := range before.Requests {
			want := was[at] && keeps[request.Action]
			if is[at] != want {
				t.Fatalf("set %d: %s on %s in %v is %v, was %v, kept %v\n%s\n%s", i, request.Action, request.Resource, request.Context, is[at], was[at], keeps[request.Action], before.Identity, after.Identity)
			}
			switch {
			case is[at]:
				granted++
			case keeps[request.Action]:
				kept++
			default:
				dropped++
			}
		}
	}
	if granted < 100 || kept < 100 || dropped < 100 {
		t.Errorf("too little was tried: %d granted, %d kept and refused, %d dropped", granted, kept, dropped)
	}
	t.Logf("compared: %d granted, %d of kept actions refused as before, %d of dropped ones", granted, kept, dropped)
}
