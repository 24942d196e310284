package action

import (
	"slices"
	"strings"
)

// Mapping says which actions an event used.
type Mapping struct {
	// Primary is the action that the call needed ("s3:GetObject"); of several the
	// one to name the call by. It is empty if the event is no API call, cannot be
	// mapped, or does not say which of the possible ones it was.
	Primary string
	// Possible are further actions that the call needed, first, or may have needed:
	// which, the event's name does not say. For an API call that cannot be mapped it
	// is every action of the service, "s3:*": none of them may be called unused for
	// the role that acted.
	Possible []string
}

// Mapper turns the events of CloudTrail into IAM actions. It may be used by several
// goroutines at once.
type Mapper struct {
	catalogue *Catalogue
	rules     *mappingRules
}

// NewMapper returns a mapper to the actions of a catalogue.
func NewMapper(c *Catalogue) *Mapper { return &Mapper{catalogue: c, rules: reviewedRules()} }

// Map returns the actions of an event, by the rule order of iam-data 2.1: no action
// for what is no API call; the prefix by the host; the name without its version;
// then renames.txt, the action of the same name, the verb, and what a refreshed
// catalogue says of the operation. Actions bear the catalogue's spelling, whatever
// the event's case (P26). Calls that need no permission, such as
// sts:GetCallerIdentity (P27), are mapped like others: the catalogue has the
// action, and a policy may name it.
func (m *Mapper) Map(eventSource, eventName, eventType string) Mapping {
	if !isAPICall(eventType) {
		return Mapping{}
	}
	service, ok := m.rules.prefix(eventSource)
	if !ok {
		return Mapping{}
	}
	name := withoutVersion(eventName)
	op := operationOf(service, name)
	used, possible := m.primary(op, name)
	if len(used)+len(possible) == 0 {
		possible = unmapped(service)
	}
	return m.complete(op, used, possible)
}

// isAPICall keeps out sign-ins, console actions, service events and insights (P32),
// and network activity, which repeats a call (P16). Records older than eventType
// are API calls.
func isAPICall(eventType string) bool { return eventType == "" || eventType == "AwsApiCall" }

// unmapped stands for any action of the service. Sign-in is the exception: most of
// what it logs needs no permission (P27), and not every record says its type.
func unmapped(service string) []string {
	if service == "signin" {
		return nil
	}
	return []string{service + ":*"}
}

// primary finds the actions that the call needs, and those of the same rule that it
// may need.
func (m *Mapper) primary(op operation, name string) (used, possible []string) {
	if r, ok := m.rules.renames[op]; ok {
		return r.used, r.possible
	}
	if i, ok := m.catalogue.Lookup(op.service, name); ok {
		return m.catalogue.Names()[i : i+1], nil
	}
	if action := m.rules.verb(op); action != "" {
		return []string{action}, nil
	}
	return m.byOperation(op)
}

// byOperation asks the operation map. It says what an operation may authorise, so
// only an action that stands alone is sure to be needed: in the operation's own
// service, else in another, tagging and iam:PassRole aside.
func (m *Mapper) byOperation(op operation) (used, possible []string) {
	var own, foreign []string
	for _, full := range m.authorises(op) {
		service, name, _ := strings.Cut(full, ":")
		switch {
		case full == passRole || strings.HasPrefix(name, "Tag") || strings.HasPrefix(name, "Untag"):
		case service == op.service:
			own = append(own, full)
		default:
			foreign = append(foreign, full)
		}
	}
	if len(own) == 1 {
		return own, nil
	}
	if len(own) == 0 && len(foreign) == 1 {
		return foreign, nil
	}
	return nil, append(own, foreign...)
}

const passRole = "iam:PassRole"

// complete adds what the call may need besides: to pass a role, to tag, and what
// the operation map lists.
func (m *Mapper) complete(op operation, used, possible []string) Mapping {
	var mapping Mapping
	if len(used) > 0 {
		mapping.Primary, used = used[0], used[1:]
	}
	add := func(names ...string) {
		for _, name := range names {
			if name != mapping.Primary && !slices.Contains(mapping.Possible, name) {
				mapping.Possible = append(mapping.Possible, name)
			}
		}
	}
	add(used...)
	add(possible...)
	if m.rules.passRole[op] {
		add(passRole)
	}
	add(m.rules.onRequest[op]...)
	add(m.authorises(op)...)
	return mapping
}

// authorises are the actions that the operation map lists for an operation; none
// unless the catalogue was refreshed.
func (m *Mapper) authorises(op operation) (names []string) {
	actions, _ := m.catalogue.Operation(op.service, op.name)
	for _, i := range actions {
		names = append(names, m.catalogue.Names()[i])
	}
	return names
}

// Attempted returns the catalogue's spelling of the action that the message of a
// denied call names, "kms:Decrypt", which says more than the event's name
// (iam-data 2.1). It is false for an action that the catalogue does not know.
func (m *Mapper) Attempted(action string) (name string, ok bool) {
	service, action, _ := strings.Cut(action, ":")
	i, ok := m.catalogue.Lookup(service, action)
	if !ok {
		return "", false
	}
	return m.catalogue.Names()[i], true
}
