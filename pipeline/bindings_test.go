package pipeline_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/pipeline"
)

// bind gives a role, or an instance profile, to a service by one of the calls that do so.
func (l *accessLogs) bind(t *testing.T, at time.Time, source, name, parameters, more string) {
	l.add(t, at, source, name, fmt.Sprintf(iamUser, "alice"), "203.0.113.7", `,"requestParameters":`+parameters+more)
}

const (
	toLambda = `{"functionName":"f","role":"arn:aws:iam::111111111111:role/app-server"}`
	toEC2    = `{"iamInstanceProfile":{"name":"app-server"}}`
)

// bindings are days on which roles are given to services, in two folders: those to learn from, and the news.
func bindings(t *testing.T) (ordinary, news accessLogs) {
	ordinary, news = accessLogs{dir: t.TempDir()}, accessLogs{dir: t.TempDir(), events: 1000}
	ordinary.ordinaryDays(t)
	before := unordinaryDay.AddDate(0, 0, -10)
	ordinary.bind(t, before, "codebuild", "UpdateProject", `{"serviceRole":"arn:aws:iam::111111111111:role/build"}`, "")
	ordinary.bind(t, before, "rds", "AddRoleToDBCluster", `{"roleArn":"arn:aws:iam::111111111111:role/build"}`, `,"errorCode":"AccessDenied"`)
	ordinary.add(t, before, "sts", "AssumeRole", `{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}`, "ec2.amazonaws.com", `,"requestParameters":{"roleArn":"arn:aws:iam::111111111111:role/app-server","roleSessionName":"i-1"}`)
	at := func(minute int) time.Time { return unordinaryDay.Add(time.Duration(minute) * time.Minute) }
	news.bind(t, at(0), "ec2", "RunInstances", toEC2, "")
	news.bind(t, at(1), "lambda", "CreateFunction20150331", toLambda, `,"errorCode":"AccessDenied"`)
	news.bind(t, at(2), "lambda", "CreateFunction20150331", toLambda, "")
	news.bind(t, at(3), "lambda", "UpdateFunctionConfiguration20150331v2", toLambda, "")
	news.bind(t, at(4), "codebuild", "UpdateProject", `{"serviceRole":"arn:aws:iam::111111111111:role/build"}`, "")
	news.bind(t, at(5), "rds", "AddRoleToDBCluster", `{"roleArn":"arn:aws:iam::111111111111:role/build"}`, "")
	news.bind(t, at(6), "ecs", "RegisterTaskDefinition", `{"taskRoleArn":"arn:aws:iam::111111111111:role/task"}`, "") // A7 does not name it
	return ordinary, news
}

var newBindings = []string{
	"new_binding medium success: app-server was given to lambda.amazonaws.com for the first time",
	"new_binding medium success: build was given to rds.amazonaws.com for the first time",
}

// TestNewBindings finds each service that is given a role for the first time, once: in commits of their own and in one,
// and where others ingested what was before.
func TestNewBindings(t *testing.T) {
	ordinary, news := bindings(t)
	watching := func() pipeline.Options {
		return pipeline.Options{
			Workers: 1, RecentSince: unordinaryDay.Add(-time.Hour), Unusual: &pipeline.Unusual{}, Telling: pipeline.Telling{Webhooks: []string{"w"}, AtLeast: "info"},
		}
	}
	for name, steps := range map[string][]struct {
		options pipeline.Options
		dirs    []string
	}{
		"one commit":        {{watching(), []string{ordinary.dir, news.dir}}},
		"commits of a file": {{pipeline.WithBounds(watching(), 1, 0, 4, 40), []string{ordinary.dir, news.dir}}},
		"learnt from lake":  {{pipeline.Options{}, []string{ordinary.dir}}, {watching(), []string{news.dir}}},
		"started anew":      {{watching(), []string{ordinary.dir}}, {watching(), []string{news.dir}}, {watching(), []string{news.dir}}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "lake")
			for _, s := range steps {
				ingest(t, dir, s.options, s.dirs...)
			}
			if got := foundIn(t, openToWrite(t, dir)); !slices.Equal(got, newBindings) {
				t.Errorf("found\n%s", strings.Join(got, "\n"))
			}
		})
	}
}

// TestNewBindingsOnAStore: so it is of a lake on a store, of what came as log files and of what was learnt anew.
func TestNewBindingsOnAStore(t *testing.T) {
	for _, anew := range []bool{false, true} {
		ordinary, news := bindings(t)
		m, clock := newMirrored(t), unordinaryDay.Add(time.Hour)
		m.learn(ordinary.dir)
		if anew {
			for name := range m.server.Objects("lake", "a/memory/") {
				m.server.Remove("lake", "a/memory/"+name)
			}
			if _, err := pipeline.Relearn(t.Context(), m.store, watchesRescue(), nil); err != nil {
				t.Fatal(err)
			}
		}
		p := m.explainer(unordinaryDay.Add(-time.Hour), &clock)
		names, texts := inFolder(t, news.dir)
		for range 2 { // they come twice
			for _, name := range names {
				if err := p.takeText(name, texts[name], "a"); err != nil {
					t.Fatal(err)
				}
			}
		}
		var found []string
		for _, c := range p.tells() {
			if c.Finding != "" {
				found = append(found, c.Finding+" "+c.Severity+" "+c.Outcome+": "+c.Summary)
			}
		}
		if !slices.Equal(found, newBindings) {
			t.Errorf("learnt anew: %v: found\n%s", anew, strings.Join(found, "\n"))
		}
	}
}

// TestLearntForFourteenDays: of what is learnt from files, where the hour does not count, nothing is new before it is
// known for fourteen days, though the day before would be enough by the calendar.
func TestLearntForFourteenDays(t *testing.T) {
	for hours, want := range map[int]int{-3: 0, 2: 1} { // from midnight of the fifteenth day
		logs, news := accessLogs{dir: t.TempDir()}, accessLogs{dir: t.TempDir(), events: 1000}
		midnight := unordinaryDay.Truncate(24 * time.Hour)
		logs.assume(t, midnight.AddDate(0, 0, -14).Add(-time.Hour), "alice", "app-server", "")
		at := midnight.Add(time.Duration(hours) * time.Hour)
		news.assume(t, at, "bob", "app-server", "")
		dir := filepath.Join(t.TempDir(), "lake")
		ingest(t, dir, pipeline.Options{}, logs.dir)
		ingest(t, dir, pipeline.Options{RecentSince: at.Add(-time.Hour), Unusual: &pipeline.Unusual{}, Telling: pipeline.Telling{Webhooks: []string{"w"}, AtLeast: "info"}}, news.dir)
		if got := foundIn(t, openToWrite(t, dir)); len(got) != want {
			t.Errorf("%d hours from midnight: found %v", hours, got)
		}
	}
}
