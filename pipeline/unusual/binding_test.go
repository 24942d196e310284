package unusual

import (
	"testing"
	"time"

	"roletrail/parquet"
)

const (
	lambdaHost = "lambda.amazonaws.com"
	ec2Host    = "ec2.amazonaws.com"
)

func profile(name string) string { return "arn:aws:iam::111111111111:instance-profile/team/" + name }

func (w *world) bound(arn, service string, at time.Time) {
	w.account(at)
	w.Bound(arn, service, at.UnixMicro(), at.UnixMicro(), w.news(at))
}

// TestNewBindings: what is found of the last step, each in a commit of its own.
func TestNewBindings(t *testing.T) {
	type steps = []func(*world)
	learnt := func(w *world) { w.account(days(-20)) }
	bind := func(arn, service string, at time.Time) func(*world) {
		return func(w *world) { w.bound(arn, service, at) }
	}
	serve := func(name, service string, at time.Time) func(*world) {
		return func(w *world) { w.became(name, service, at) }
	}
	const found = "new_binding medium: app was given to lambda.amazonaws.com for the first time"
	for name, c := range map[string]struct {
		steps steps
		want  string
	}{
		"a role":                                  {steps{learnt, bind(role("app"), lambdaHost, days(0))}, found},
		"a role without its path":                 {steps{learnt, bind(role("app"), ec2Host, days(-1)), bind("arn:aws:iam::111111111111:role/app", ec2Host, days(0))}, ""},
		"to a second service":                     {steps{learnt, bind(role("app"), ec2Host, days(-10)), bind(role("app"), lambdaHost, days(0))}, found},
		"another role to that service":            {steps{learnt, bind(role("other"), lambdaHost, days(-10)), bind(role("app"), lambdaHost, days(0))}, found},
		"again":                                   {steps{learnt, bind(role("app"), lambdaHost, days(0)), bind(role("app"), lambdaHost, days(1))}, ""},
		"again after half a year":                 {steps{bind(role("app"), lambdaHost, days(-180)), bind(role("app"), lambdaHost, days(0))}, ""},
		"it was before, in old logs":              {steps{learnt, bind(role("app"), lambdaHost, days(-1)), bind(role("app"), lambdaHost, days(0))}, ""},
		"a backfill":                              {steps{learnt, bind(role("app"), lambdaHost, days(-1))}, ""},
		"the service became it":                   {steps{serve("app", lambdaHost, days(-20)), bind(role("app"), lambdaHost, days(0))}, ""},
		"another service became it":               {steps{serve("app", ec2Host, days(-20)), bind(role("app"), lambdaHost, days(0))}, found},
		"an instance profile":                     {steps{learnt, bind(profile("app"), ec2Host, days(0))}, "new_binding medium: instance profile app was given to ec2.amazonaws.com for the first time"},
		"an instance profile of a role in use":    {steps{serve("app", ec2Host, days(-20)), bind(profile("app"), ec2Host, days(0))}, ""},
		"an instance profile called like another": {steps{serve("other", ec2Host, days(-20)), bind(profile("app"), ec2Host, days(0))}, "new_binding medium: instance profile app was given to ec2.amazonaws.com for the first time"},
		"a role called like a profile":            {steps{learnt, bind(profile("app"), ec2Host, days(-10)), bind(role("app"), ec2Host, days(0))}, "new_binding medium: app was given to ec2.amazonaws.com for the first time"},
		"what is neither":                         {steps{learnt, bind("arn:aws:s3:::app", lambdaHost, days(0))}, ""},
		"by automation": {steps{learnt, func(w *world) {
			w.bound(role("app"), lambdaHost, days(0))
			w.bindings[ofRole{RoleKey(role("app")), lambdaHost}].news.Actor = "robot"
		}}, "new_binding low: app was given to lambda.amazonaws.com for the first time (by terraform)"},
		"it runs in the same commit, as it should":  {steps{learnt, func(w *world) { w.bound(role("app"), lambdaHost, days(0)); w.became("app", lambdaHost, days(1)) }}, found + "\nnew_caller low: lambda.amazonaws.com became app for the first time, as the first of all"},
		"it ran before, in the same commit":         {steps{learnt, func(w *world) { w.bound(role("app"), lambdaHost, days(1)); w.became("app", lambdaHost, days(0)) }}, "new_caller low: lambda.amazonaws.com became app for the first time, as the first of all"},
		"it ran, and the log of its making is late": {steps{learnt, serve("app", lambdaHost, days(1)), bind(role("app"), lambdaHost, days(0))}, found},
	} {
		t.Run(name, func(t *testing.T) {
			w, got := newWorld(), ""
			for _, step := range c.steps {
				step(w)
				got = told(w.commit(t))
			}
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestBindingsOfHalves: observed apart, in either order, a binding is found once, by its first event.
func TestBindingsOfHalves(t *testing.T) {
	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		w := newWorld()
		w.account(days(-20))
		w.commit(t)
		halves := [2]*world{newWorld(), newWorld()}
		for n, half := range halves {
			half.bound(role("app"), lambdaHost, days(n))
		}
		w.Add(halves[order[0]].Observations)
		w.Add(halves[order[1]].Observations)
		if found := w.commit(t); len(found) != 1 || !found[0].At.Equal(days(0)) || found[0].Role != role("app") {
			t.Errorf("found %+v", found)
		}
	}
}

// TestBoundForGood: that a service had a role once is not forgotten as habits are.
func TestBoundForGood(t *testing.T) {
	kept, old := NewKept(), days(-400)
	var seen parquet.Sightings
	for _, kind := range []string{ofBinding, ofCaller} {
		seen.Seen = append(seen.Seen, parquet.Seen{Kind: kind, Key: Key("111111111111/app", lambdaHost), First: old, Last: old})
	}
	seen.Bounds = bounds(today)
	kept.Put(&seen)
	if all := kept.All(); len(all) != 1 || all[0].Kind != ofBinding {
		t.Errorf("kept are %+v", all)
	}
}
