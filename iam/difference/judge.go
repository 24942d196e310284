package difference

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"roletrail/iam/action"
	"roletrail/iam/policy"
	"roletrail/iam/trust"
)

// Judge compares documents. It serves one goroutine after the other, and several at once.
type Judge struct {
	universe *policy.Universe
	grader   *policy.Grader
	levels   []action.Level // of the universe's actions
}

// NewJudge makes a judge by the actions of a catalogue.
func NewJudge(c *action.Catalogue) *Judge {
	levels, names := make([]action.Level, c.Len()), make([]string, c.Len())
	for i := range levels {
		levels[i] = c.At(i).Level
		names[i] = string(levels[i])
	}
	universe := policy.NewUniverse(c.Names())
	return &Judge{universe: universe, grader: policy.NewGrader(universe, names), levels: levels}
}

// Embedded is a judge by the actions that are built in.
var Embedded = sync.OnceValue(func() *Judge { return NewJudge(action.Embedded()) })

// Document is a policy document on one side of a change.
type Document struct {
	State State `json:"state"`
	// Text is compact JSON, empty unless the document is known.
	Text string `json:"text,omitempty"`
}

// State is what is known of a document: a closed set.
type State string

// The states.
const (
	Known State = "known"
	// Absent: there was none, or is none.
	Absent State = "absent"
	// Unknown: there may have been one, or there is one and it is not known.
	Unknown State = "unknown"
)

// DocumentOf is the document of a text, which is unknown where it is no policy that can be
// read in full.
func DocumentOf(text string) Document {
	if _, err := policy.Parse(text); !isRead(err) {
		return Document{State: Unknown}
	}
	return Document{State: Known, Text: text}
}

// isRead says whether a document was read in full. One without a statement grants nothing.
func isRead(err error) bool { return err == nil || errors.Is(err, policy.ErrNoStatement) }

// parsed is the document taken apart; what is not known is empty.
func (d Document) parsed() policy.Document {
	if d.State != Known {
		return policy.Document{}
	}
	parsed, _ := policy.Parse(d.Text) // DocumentOf read it
	return parsed
}

// Difference is what a change makes of a document.
type Difference struct {
	Before Document `json:"before"`
	After  Document `json:"after"`
	// Severity is that of the difference; nil where what is known is not enough to say.
	Severity *Severity `json:"severity"`
	// Reasons say in words what is different, the gravest first.
	Reasons []string `json:"reasons"`
	// Trust or Grants is the difference of what the document says, if both sides are known
	// or known to be absent.
	Trust  *Trust  `json:"trust,omitempty"`
	Grants *Grants `json:"grants,omitempty"`
}

func (d *Difference) is(s Severity) { d.Severity = &s }

// UnknownBefore and unknownAfter are the reasons of changes of which a side is not known.
const (
	UnknownBefore = "what was before is unknown"
	unknownAfter  = "content unknown"
)

// OfNoDocument is the difference of a change that is about no document, for reasons; severity is
// nil where what is known is not enough to say.
func OfNoDocument(severity *Severity, reasons ...string) *Difference {
	none := Document{State: Absent}
	d := &Difference{Before: none, After: none, Severity: severity}
	d.because(reasons)
	return d
}

// Trust compares trust policies. Of one of which it is not known what was before, what it
// opens by itself counts.
func (j *Judge) Trust(before, after Document, own Own) *Difference {
	d := &Difference{Before: before, After: after}
	old, oldErr := trust.Parse(before.Text)
	now, nowErr := trust.Parse(after.Text)
	if before.State == Known && !isRead(oldErr) {
		d.Before = Document{State: Unknown}
	}
	if after.State == Known && !isRead(nowErr) {
		d.After = Document{State: Unknown}
	}
	opened := openings(d.After.parsed(), own)
	switch {
	case d.After.State == Unknown:
		d.Reasons = []string{unknownAfter}
		return d
	case d.Before.State == Unknown:
		d.is(High)
		if len(opened) > 0 {
			d.is(Critical)
		}
		d.because(append(opened[:min(len(opened), maxReasons)], UnknownBefore))
		return d
	}
	opened = newly(openings(d.Before.parsed(), own), opened)
	d.Trust = compareTrust(old, now, own)
	d.is(d.Trust.severity(opened))
	d.Trust.bound()
	reasons := slices.DeleteFunc(d.Trust.reasons(), func(reason string) bool {
		return slices.ContainsFunc(opened, func(o string) bool { return strings.HasPrefix(o, reason) })
	})
	d.because(append(opened[:min(len(opened), maxReasons)], reasons...))
	return d
}

// Grants compares policies that grant. role is the ARN of a role that has them, or of
// any role that may.
func (j *Judge) Grants(before, after Document, role string) *Difference {
	d := &Difference{Before: before, After: after}
	switch {
	case after.State == Unknown:
		d.Reasons = []string{unknownAfter}
	case before.State == Unknown:
		var reasons []string
		if v := OfGrants(after.parsed()); after.State == Known && v.Reason != "" {
			reasons = append(reasons, v.Reason)
		}
		d.because(append(reasons, UnknownBefore))
	default:
		d.Grants = j.compareGrants(before, after, role)
		d.is(d.Grants.severity())
		d.because(d.Grants.reasons())
	}
	return d
}

// Boundary compares permissions boundaries, by which a role may do more if they allow
// more, or if there is none any more.
func (j *Judge) Boundary(before, after Document, role string) *Difference {
	d := j.Grants(before, after, role)
	switch g := d.Grants; {
	case after.State == Absent:
		d.is(High)
		d.because([]string{"nothing bounds it any more"})
	case g == nil:
	case before.State == Absent:
		d.is(Medium)
		d.because([]string{"bounds it, which nothing did before"})
	case g.Gained.Count+g.Wider.Count+g.DenialsLost.Count > 0:
		d.is(High)
		d.Reasons = append([]string{"bounds it less"}, d.Reasons...)
	case g.Lost.Count+g.Narrower.Count+g.DenialsGained.Count > 0:
		d.is(Low)
	}
	return d
}

// maxLines is how many reasons a difference has, maxReason how long each is, in bytes.
const (
	maxLines  = 12
	maxReason = 300
)

// because sets the reasons; without one nothing is different in effect.
func (d *Difference) because(reasons []string) {
	if len(reasons) == 0 {
		reasons = []string{"nothing changes in effect"}
	}
	if len(reasons) > maxLines {
		reasons = append(slices.Clone(reasons[:maxLines-1]), fmt.Sprintf("and %d more", len(reasons)-maxLines+1))
	}
	d.Reasons = make([]string, len(reasons))
	for i, reason := range reasons {
		d.Reasons[i] = cut(reason, maxReason)
	}
}

// Summarise puts the reasons into the summary of a change in the place of those that its
// record shows ("WHAT: WHY"). Where the difference is not enough to say how grave the change is, both
// stand there.
func (d *Difference) Summarise(summary string) string {
	what, shown, _ := strings.Cut(summary, ": ")
	reasons := slices.Clone(d.Reasons)
	if d.Severity == nil && shown != "" {
		reasons = slices.DeleteFunc(reasons, func(reason string) bool { return strings.Contains(shown, reason) })
		reasons = append([]string{shown}, reasons...)
	}
	return what + ": " + strings.Join(reasons, "; ")
}
