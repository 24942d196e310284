package rolechange

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"roletrail/cloudtrail"
	"roletrail/iam/difference"
)

//go:embed events.txt
var eventsText string

// Event is a line of the table: a kind of event that is a role change.
type Event struct {
	// Source is eventSource in full, Name eventName without a version.
	Source, Name string
	// Change is the kind of change: a closed set (design 9.7).
	Change string
	// Severity is that of the event where nothing is known of what it changed.
	Severity difference.Severity

	fields [numFields][]path
	passes bool // a role is handed to a service: without one it is no change
	// Whose making moves the severity, see judgeActor.
	fromCompute, byIdentityCenter bool
}

// field is something that a record names.
type field uint8

const (
	fieldRole field = iota
	fieldPolicy
	fieldAttach
	fieldGrant
	fieldTrust
	fieldDefault
	fieldSubject
	numFields
)

var fieldNames = [numFields]string{"role", "policy", "attach", "grant", "trust", "default", "subject"}

// path is where a field stands.
type path struct {
	in    cloudtrail.JSON
	steps []string
}

// changes are the kinds of changes.
var changes = []string{
	"role_created", "role_deleted", "role_updated", "role_tagged", "trust_changed", "policy_attached", "policy_detached", "inline_policy_put",
	"inline_policy_deleted", "boundary_put", "boundary_deleted", "instance_profile_changed", "service_linked_role_created",
	"service_linked_role_deleted", "managed_policy_created", "managed_policy_version_created", "managed_policy_default_changed",
	"managed_policy_deleted", "managed_policy_tagged", "identity_provider_changed", "permission_set_changed", "account_assignment_changed",
	"org_policy_changed", "organization_changed", "roles_anywhere_changed", "eks_access_changed", "pod_identity_changed", "role_bound",
	"sts_setting_changed", "delegation_changed", "user_access_changed",
}

// Changes are all kinds of changes.
func Changes() []string { return slices.Clone(changes) }

// table is the events by name and source.
var table = func() map[string][]*Event {
	events, err := parseEvents(eventsText)
	if err != nil {
		panic("rolechange: " + err.Error()) // found when any test starts
	}
	byName := make(map[string][]*Event, len(events))
	for _, e := range events {
		byName[e.Name] = append(byName[e.Name], e)
	}
	return byName
}()

// Named returns the lines of the table for events of a name, nil if none is a role change.
// The slice must not be changed.
func Named(name []byte) []*Event { return table[string(cloudtrail.WithoutVersion(name))] }

// From returns the one of some lines that is for events of a source, nil if there is none.
func From(source []byte, events []*Event) *Event {
	for _, e := range events {
		if e.Source == string(source) {
			return e
		}
	}
	return nil
}

// Find returns the line of the table for an event, nil if it is no role change. It
// allocates nothing.
func Find(source, name []byte) *Event { return From(source, Named(name)) }

// parseEvents reads the table.
func parseEvents(text string) (events []*Event, err error) {
	seen := map[string]bool{}
	for number, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		e, err := parseEvent(words)
		if err != nil {
			return nil, fmt.Errorf("line %d of events.txt: %w", number+1, err)
		}
		key := e.Source + " " + e.Name
		if seen[key] {
			return nil, fmt.Errorf("line %d of events.txt: %s stands there twice", number+1, key)
		}
		seen[key] = true
		events = append(events, e)
	}
	return events, nil
}

func parseEvent(words []string) (*Event, error) {
	if len(words) < 4 {
		return nil, fmt.Errorf("%d words where at least 4 are expected", len(words))
	}
	severity := slices.Index(difference.Severities(), words[3])
	if severity < 0 || !slices.Contains(changes, words[2]) {
		return nil, fmt.Errorf("unknown change %q or severity %q", words[2], words[3])
	}
	e := &Event{Source: words[0] + ".amazonaws.com", Name: words[1], Change: words[2], Severity: difference.Severity(severity)}
	for _, word := range words[4:] {
		switch word {
		case "role=passed":
			e.passes = true
			continue
		case "from=compute":
			e.fromCompute = true
			continue
		case "by=identity-center":
			e.byIdentityCenter = true
			continue
		}
		name, paths, _ := strings.Cut(word, "=")
		f := slices.Index(fieldNames[:], name)
		if f < 0 || paths == "" {
			return nil, fmt.Errorf("unknown field %q", word)
		}
		for _, p := range strings.Split(paths, "|") {
			e.fields[f] = append(e.fields[f], parsePath(p))
		}
	}
	return e, nil
}

func parsePath(text string) path {
	if rest, ok := strings.CutPrefix(text, "response."); ok {
		return path{cloudtrail.ResponseElements, strings.Split(rest, ".")}
	}
	return path{cloudtrail.RequestParameters, strings.Split(text, ".")}
}
