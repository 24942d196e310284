package access

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"
)

// Decisions are what was decided about the roles of a review, as its page exports them or as
// its workbook was filled in.
type Decisions struct {
	Format   string          `json:"format"`
	Window   DecisionsWindow `json:"window"`
	Reviewer *string         `json:"reviewer"`
	// Numbers are the headline numbers of that review; null in files of former versions.
	Numbers   *Numbers   `json:"numbers"`
	Decisions []Decision `json:"decisions"`
}

// DecisionsWindow is the window of the review that the decisions are about.
type DecisionsWindow struct {
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
	Quarter *string   `json:"quarter"`
}

// Decision is what was decided about one role; without a Decision nothing was.
type Decision struct {
	RoleID    *string `json:"role_id"`
	RoleARN   *string `json:"role_arn"`
	AccountID *string `json:"account_id"`
	Decision  *string `json:"decision"` // keep, trim, remove, exception
	Until     *string `json:"until"`    // the day on which an exception ends
	Reason    *string `json:"reason"`
	// Reviewer is who decided, where that is not the reviewer of all.
	Reviewer *string `json:"reviewer,omitempty"`
	// Granted is how many permissions the role had then.
	Granted *int64 `json:"granted"`
}

// decisionsFormat is the only format there is.
const decisionsFormat = "roletrail decisions 1"

// What a file of decisions may be. It comes by mail, from anybody.
const (
	maxDecisionsBytes = 16 << 20
	maxDecisions      = 100_000
	maxDecisionText   = 1000 // characters of a reason
	maxDecisionName   = 2048 // bytes of an id or ARN
)

// ReadDecisions reads a file of decisions: one that the page exported, or the workbook of the
// review. Whatever it does not know is an error, for a
// decision that is passed over looks like one that was carried out.
func ReadDecisions(r io.Reader) (*Decisions, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxDecisionsBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxDecisionsBytes {
		return nil, fmt.Errorf("it is larger than %d MiB", maxDecisionsBytes>>20)
	}
	if isWorkbook(text) {
		d, err := readWorkbook(text)
		if err != nil {
			return nil, err
		}
		return d, d.check()
	}
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8")
	}
	d := &Decisions{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(d); err != nil {
		return nil, fmt.Errorf("it has no decisions as the page of a review exports them: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows after the decisions")
	}
	return d, d.check()
}

func (d *Decisions) check() error {
	switch {
	case d.Format != decisionsFormat:
		return fmt.Errorf("its format is %.40q, not %q", d.Format, decisionsFormat)
	case !d.Window.Since.Before(d.Window.Until):
		return errors.New("its window is empty")
	case len(d.Decisions) > maxDecisions:
		return fmt.Errorf("it has more than %d decisions", maxDecisions)
	case len(deref(d.Reviewer)) > maxDecisionName:
		return errors.New("the name of its reviewer is too long")
	case d.Numbers != nil && !d.Numbers.possible():
		return errors.New("its headline numbers are none")
	}
	seen := map[string]bool{}
	for i := range d.Decisions {
		one := &d.Decisions[i]
		if err := one.check(); err != nil {
			return fmt.Errorf("decision %d, about %.100q: %w", i+1, one.key(), err)
		}
		if seen[one.key()] {
			return fmt.Errorf("decision %d is a second one about %.100q", i+1, one.key())
		}
		seen[one.key()] = true
	}
	return nil
}

func (one *Decision) check() error {
	what := deref(one.Decision)
	switch {
	case one.key() == "":
		return errors.New("it names no role")
	case max(len(deref(one.RoleID)), len(deref(one.RoleARN)), len(deref(one.AccountID))) > maxDecisionName:
		return errors.New("the name of the role is too long")
	case len(deref(one.Reviewer)) > maxDecisionName:
		return errors.New("the name of its reviewer is too long")
	case utf8.RuneCountInString(deref(one.Reason)) > maxDecisionText:
		return fmt.Errorf("the reason has more than %d characters", maxDecisionText)
	case one.Decision != nil && what != "keep" && what != "trim" && what != "remove" && what != "exception":
		return fmt.Errorf("there is no decision %.40q; there are keep, trim, remove and exception", what)
	case one.Until != nil && what != "exception":
		return errors.New("only an exception ends")
	case one.Granted != nil && *one.Granted < 0:
		return errors.New("a role has no fewer permissions than none")
	}
	if one.Until != nil {
		if _, err := time.Parse(time.DateOnly, *one.Until); err != nil {
			return fmt.Errorf("%.40q is no day like 2026-12-31", *one.Until)
		}
	}
	return nil
}

// key is what the decision is bound to: the role's id, for a role that is made again under
// the same name is another one.
func (one *Decision) key() string {
	if id := deref(one.RoleID); id != "" {
		return id
	}
	return deref(one.RoleARN)
}

// by is who decided.
func (one *Decision) by(d *Decisions) string {
	if one.Reviewer != nil {
		return *one.Reviewer
	}
	return deref(d.Reviewer)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
