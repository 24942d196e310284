package difference

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"roletrail/iam/amount"
)

// Line is a line of two documents laid beside each other.
type Line struct {
	Mark Mark
	Text string
}

// Mark says which document has a line.
type Mark rune

// The marks, as `diff -u` has them; Left stands for lines that were left out.
const (
	Both  Mark = ' '
	Minus Mark = '-'
	Plus  Mark = '+'
	Left  Mark = '…'
)

// Bounds of what is laid beside each other: beyond maxCells pairs of lines both documents
// are shown one after the other, and beyond maxShown lines the rest is left out.
const (
	maxCells = 1 << 21
	maxShown = 400
	context  = 2 // lines of both around a difference
)

// Lines lays both documents beside each other, line by line, and leaves out what is the
// same in both but for the lines around a difference. Where one of them is not known, the
// other is shown whole and without marks: what of it is different nobody knows.
func (d *Difference) Lines() []Line {
	before, after := linesOf(d.Before), linesOf(d.After)
	lines := around(beside(before, after))
	if d.Before.State == Unknown || d.After.State == Unknown {
		lines = marked(nil, Both, slices.Concat(before, after))
	}
	if len(lines) > maxShown {
		lines = append(slices.Clip(lines[:maxShown]), Line{Left, amount.Of(len(lines)-maxShown, "more line")})
	}
	return lines
}

// Changed are the lines that one of both documents alone has, without indentation and with
// their marks and leaving out brackets alone, at most so many: beyond, the last of them says how many more there are. There
// are none where one of the documents is not known.
func (d *Difference) Changed(most int) (changed []string) {
	more := 0
	for _, l := range d.Lines() {
		switch {
		case l.Mark != Minus && l.Mark != Plus, strings.Trim(l.Text, "{}[], ") == "":
		case len(changed) < most:
			changed = append(changed, string(l.Mark)+" "+strings.TrimSpace(l.Text))
		default:
			more++
		}
	}
	if more > 0 {
		changed[most-1] = "… and " + amount.Of(more+1, "more line")
	}
	return changed
}

func linesOf(d Document) []string {
	if d.State != Known {
		return nil
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(d.Text), "", "  "); err != nil {
		return []string{d.Text}
	}
	return strings.Split(indented.String(), "\n")
}

// beside finds the longest common sequence of lines, and marks the others.
func beside(before, after []string) []Line {
	head := 0
	for head < min(len(before), len(after)) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < min(len(before), len(after))-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	lines := marked(nil, Both, before[:head])
	lines = append(lines, middle(before[head:len(before)-tail], after[head:len(after)-tail])...)
	return marked(lines, Both, before[len(before)-tail:])
}

func marked(to []Line, mark Mark, lines []string) []Line {
	for _, text := range lines {
		to = append(to, Line{mark, text})
	}
	return to
}

// middle is what lies between the ends that both have.
func middle(a, b []string) (lines []Line) {
	if len(a)*len(b) > maxCells {
		return marked(marked(nil, Minus, a), Plus, b)
	}
	longest := make([][]int32, len(a)+1) // of what is left from i and j on
	for i := range longest {
		longest[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			lines = append(lines, Line{Both, a[i]})
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			lines = append(lines, Line{Minus, a[i]})
			i++
		default:
			lines = append(lines, Line{Plus, b[j]})
			j++
		}
	}
	return marked(marked(lines, Minus, a[i:]), Plus, b[j:])
}

// around leaves out the lines of both that are not near a difference.
func around(lines []Line) (near []Line) {
	if !slices.ContainsFunc(lines, func(l Line) bool { return l.Mark != Both }) {
		return nil
	}
	shown := make([]bool, len(lines))
	for i, l := range lines {
		if l.Mark == Both {
			continue
		}
		for n := max(0, i-context); n <= min(len(lines)-1, i+context); n++ {
			shown[n] = true
		}
	}
	for i := 0; i < len(lines); i++ {
		if shown[i] {
			near = append(near, lines[i])
			continue
		}
		from := i
		for i+1 < len(lines) && !shown[i+1] {
			i++
		}
		if left := i - from + 1; left > 1 {
			near = append(near, Line{Left, amount.Of(left, "line")})
		} else {
			near = append(near, lines[i])
		}
	}
	return near
}
