package action

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Reference is what AWS's service reference says of one service.
type Reference struct {
	prefix     string
	entries    []entry
	operations []Operation
}

// Service is the prefix of the service.
func (r *Reference) Service() string { return r.prefix }

// ErrNoService says that a text is JSON, but not a service of the service reference.
var ErrNoService = errors.New("it describes no service: it has not both Name and Actions")

// referenceJSON is a file of the service reference as AWS writes it (iam-data 1.2).
// Members that are not used are left out.
type referenceJSON struct {
	Name       *string
	Actions    *[]referenceAction
	Operations []referenceOperation
}

type referenceAction struct {
	Name        string
	Resources   []struct{ Name string }
	Annotations struct {
		Properties struct{ IsList, IsWrite, IsPermissionManagement, IsTaggingOnly bool }
	}
	SupportedBy struct {
		PolicyGeneration bool `json:"IAM Access Analyzer Policy Generation"`
	}
}

type referenceOperation struct {
	Name              string
	AuthorizedActions []struct{ Service, Name string }
}

// ParseReference reads the JSON text of one service. Other JSON is [ErrNoService];
// what is spelled unlike an action is an error that names it.
func ParseReference(text []byte) (*Reference, error) {
	var in referenceJSON
	if err := json.Unmarshal(text, &in); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) && kind.Field == "" {
			return nil, ErrNoService
		}
		return nil, err
	}
	if in.Name == nil || in.Actions == nil {
		return nil, ErrNoService
	}
	r := &Reference{prefix: strings.ToLower(*in.Name)}
	if !isName(r.prefix) {
		return nil, fmt.Errorf("%q is not spelled like a service", shorten(*in.Name))
	}
	for _, a := range *in.Actions {
		e := a.entry(r.prefix)
		if _, err := checkEntry(e); err != nil {
			return nil, err
		}
		r.entries = append(r.entries, e)
	}
	for _, o := range in.Operations {
		out := Operation{Service: r.prefix, Name: o.Name}
		for _, a := range o.AuthorizedActions {
			out.Actions = append(out.Actions, strings.ToLower(a.Service)+":"+a.Name)
		}
		r.operations = append(r.operations, out)
	}
	return r, nil
}

func (a referenceAction) entry(prefix string) entry {
	level := Read
	switch p := a.Annotations.Properties; {
	case p.IsPermissionManagement:
		level = Permissions
	case p.IsTaggingOnly:
		level = Tagging
	case p.IsWrite:
		level = Write
	case p.IsList:
		level = List
	}
	var types []string
	for _, t := range a.Resources {
		types = append(types, strings.ReplaceAll(t.Name, ",", " "))
	}
	return entry{
		name:      prefix + ":" + a.Name,
		level:     uint8(slices.Index(levels, level)),
		resources: strings.Join(types, ","),
		attested:  a.SupportedBy.PolicyGeneration,
	}
}

// Refresh makes a new catalogue of c and what AWS says now: services that are
// given replace those of c whole, the others stay. AWS does not say which resource
// types are required; that is kept where c knows it.
func (c *Catalogue) Refresh(date time.Time, services []*Reference) (*Catalogue, error) {
	replaced := map[string]bool{}
	var entries []entry
	var operations []Operation
	for _, r := range services {
		if replaced[r.prefix] {
			return nil, fmt.Errorf("service %q is described twice", r.prefix)
		}
		replaced[r.prefix] = true
		operations = append(operations, r.operations...)
		for _, e := range r.entries {
			entries = append(entries, c.withRequired(e))
		}
	}
	for _, s := range c.services {
		if !replaced[s.prefix] {
			for i := s.first; i < s.end; i++ {
				entries = append(entries, c.entry(i))
			}
		}
	}
	for o := range c.Operations() {
		if !replaced[o.Service] {
			operations = append(operations, o)
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return compareFold(a.name, b.name) })
	return build(date, entries, operations)
}

// entry is action i as build takes it.
func (c *Catalogue) entry(i int) entry {
	r := c.rows[i]
	return entry{name: c.names[i], level: r.level, resources: r.resources, attested: r.observability == attested}
}

// withRequired marks the resource types of an entry that c knows to be required.
func (c *Catalogue) withRequired(e entry) entry {
	prefix, name, _ := strings.Cut(e.name, ":")
	i, ok := c.Lookup(prefix, name)
	if !ok || e.resources == "" {
		return e
	}
	known := strings.Split(c.rows[i].resources, ",")
	types := strings.Split(e.resources, ",")
	for k, t := range types {
		if slices.Contains(known, t+"*") {
			types[k] = t + "*"
		}
	}
	e.resources = strings.Join(types, ",")
	return e
}

// IndexEntry is a line of the index of the service reference.
type IndexEntry struct {
	Service string `json:"service"`
	URL     string `json:"url"`
}

// ParseIndex reads the JSON text of the index.
func ParseIndex(text []byte) ([]IndexEntry, error) {
	var index []IndexEntry
	if err := json.Unmarshal(text, &index); err != nil {
		return nil, err
	}
	if len(index) > maxServices {
		return nil, fmt.Errorf("it lists %d services, more than %d", len(index), maxServices)
	}
	for i, e := range index {
		if e.Service == "" || e.URL == "" {
			return nil, fmt.Errorf("entry %d has not both service and url", i)
		}
	}
	return index, nil
}
