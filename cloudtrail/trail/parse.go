package trail

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Limits of one file, as a category with a resource type makes a Selector each. A
// trail has at most 5 basic selectors, or 500 values in advanced ones.
const (
	maxBytes     = 16 << 20
	maxValues    = 1000 // of one trail's selectors
	maxSelectors = 10_000
)

const howTo = "it is made by `aws cloudtrail get-event-selectors --trail-name NAME`, with `aws cloudtrail describe-trails` before it"

// output is one of the outputs that Parse reads.
type output struct {
	TrailARN string             `json:"TrailARN"`
	Basic    []basicSelector    `json:"EventSelectors"`
	Advanced []advancedSelector `json:"AdvancedEventSelectors"`

	List  []described `json:"trailList"`
	Trail *described  `json:"Trail"`
}

// described is a trail of describe-trails or get-trail.
type described struct {
	TrailARN     string `json:"TrailARN"`
	HomeRegion   string `json:"HomeRegion"`
	Organization bool   `json:"IsOrganizationTrail"`
	MultiRegion  bool   `json:"IsMultiRegionTrail"`
}

// Parse reads outputs about trails; name is the file's name for messages. Trails that
// are described but have no selectors here are left out: what they log is not known.
func Parse(r io.Reader, name string) ([]Selector, error) {
	selectors, err := parse(r)
	if err != nil {
		return nil, fmt.Errorf("reading trails %q: %w", name, err)
	}
	return selectors, nil
}

func parse(r io.Reader) ([]Selector, error) {
	limited := &io.LimitedReader{R: r, N: maxBytes + 1}
	dec := json.NewDecoder(limited)
	var outputs []output
	documents := 0
	for {
		var raw json.RawMessage
		err := dec.Decode(&raw)
		switch {
		case limited.N <= 0:
			return nil, fmt.Errorf("it has more than %d bytes; %s", maxBytes, howTo)
		case errors.Is(err, io.EOF):
			return build(outputs)
		case err != nil:
			return nil, fmt.Errorf("it is not JSON: %w; %s", err, howTo)
		}
		documents++
		list, err := readOutputs(raw)
		if err != nil {
			return nil, fmt.Errorf("document %d: %w; %s", documents, err, howTo)
		}
		outputs = append(outputs, list...)
	}
}

// readOutputs reads one output, or a list of them.
func readOutputs(raw json.RawMessage) (list []output, err error) {
	if raw[0] == '[' {
		err = json.Unmarshal(raw, &list)
	} else {
		list = make([]output, 1)
		err = json.Unmarshal(raw, &list[0])
	}
	return list, explain(err)
}

// explain says of a field of another type than expected which one it is, in the words
// of the file and not of this program.
func explain(err error) error {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		return err
	}
	kind, _, _ := strings.Cut(mismatch.Value, " ")
	kind = map[bool]string{false: "a ", true: "an "}[kind == "array" || kind == "object"] + kind
	if mismatch.Field == "" {
		return fmt.Errorf("%s stands where the output of a command is expected", kind)
	}
	return fmt.Errorf("%s is %s, which it never is in the output of these commands", mismatch.Field, kind)
}

var trailARN = regexp.MustCompile(`^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:([0-9]{12}):trail/[A-Za-z0-9._-]{3,128}$`)

// build joins descriptions and selectors by the trail's ARN.
func build(outputs []output) (selectors []Selector, err error) {
	known := map[string]described{}
	for _, o := range outputs {
		list := o.List
		if o.Trail != nil {
			list = append(list, *o.Trail)
		}
		for _, d := range list {
			known[d.TrailARN] = d
		}
	}
	var parts [][]Selector
	total := 0
	for _, o := range outputs {
		if o.Basic == nil && o.Advanced == nil {
			continue
		}
		var selectors []Selector
		arn := trailARN.FindStringSubmatch(o.TrailARN)
		if arn == nil {
			return nil, fmt.Errorf("%.160q is not the ARN of a trail; %s", o.TrailARN, howTo)
		}
		if o.values() > maxValues {
			return nil, fmt.Errorf("the selectors of %s have %d values, over the limit of %d; %s", o.TrailARN, o.values(), maxValues, howTo)
		}
		d, ok := known[o.TrailARN]
		of := Selector{TrailARN: o.TrailARN, AccountID: arn[1], Organization: d.Organization, MultiRegion: d.MultiRegion, HomeRegion: d.HomeRegion, Described: ok}
		for _, b := range o.Basic {
			selectors = append(selectors, b.selectors(of)...)
		}
		for _, a := range o.Advanced {
			selectors = append(selectors, a.selectors(of)...)
		}
		if total += len(selectors); total > maxSelectors {
			return nil, fmt.Errorf("it asks for more than %d kinds of events; %s", maxSelectors, howTo)
		}
		parts = append(parts, selectors)
	}
	selectors, err = Join(parts...)
	if err == nil && len(selectors) == 0 {
		err = errors.New("it has no event selectors; " + howTo)
	}
	return selectors, err
}

// Join puts selectors from several outputs or files together. A trail that two of them
// have is an error if they differ: one is out of date, and both together would say that
// the trail logs what either of them asks for.
func Join(parts ...[]Selector) (joined []Selector, err error) {
	known := map[string][]Selector{}
	for _, part := range parts {
		trails := map[string][]Selector{}
		for _, s := range part {
			trails[s.TrailARN] = append(trails[s.TrailARN], s)
		}
		for _, arn := range slices.Sorted(maps.Keys(trails)) {
			if before, again := known[arn]; again && !reflect.DeepEqual(before, trails[arn]) {
				return nil, fmt.Errorf("trail %s is there twice, with different event selectors: keep the output of today", arn)
			}
		}
		for _, s := range part {
			if _, again := known[s.TrailARN]; !again {
				joined = append(joined, s)
			}
		}
		maps.Copy(known, trails)
	}
	return joined, nil
}

// values counts what the selectors of an output hold.
func (o output) values() (n int) {
	for _, b := range o.Basic {
		n += 1 + len(b.ExcludedSources) + len(b.DataResources)
		for _, d := range b.DataResources {
			n += len(d.Values)
		}
	}
	for _, a := range o.Advanced {
		n++
		for _, f := range a.FieldSelectors {
			n += 1 + len(f.Equals) + len(f.StartsWith) + len(f.EndsWith) + len(f.NotEquals) + len(f.NotStartsWith) + len(f.NotEndsWith)
		}
	}
	return n
}
