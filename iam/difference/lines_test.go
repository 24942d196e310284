package difference

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestLines lays documents beside each other as people read them.
func TestLines(t *testing.T) {
	d := Difference{Before: policyOf(service + `,"Sid":"a"`), After: policyOf(service + `,"Sid":"b"`)}
	var got strings.Builder
	for _, l := range d.Lines() {
		fmt.Fprintf(&got, "%c%s\n", l.Mark, l.Text)
	}
	const want = `…7 lines
       },
       "Action": "sts:AssumeRole",
-      "Sid": "a"
+      "Sid": "b"
     }
   ]
 }
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
	if lines := (&Difference{Before: policyOf(service), After: policyOf(service)}).Lines(); lines != nil {
		t.Errorf("nothing is different, and there are %v", lines)
	}
	for state, mark := range map[State]Mark{Absent: Plus, Unknown: Both} {
		if lines := (&Difference{Before: Document{State: state}, After: policyOf(service)}).Lines(); len(lines) != 12 || lines[0].Mark != mark || lines[11].Mark != mark {
			t.Errorf("what was before is %s: %v", state, lines)
		}
	}
}

// TestChanged are the lines of a difference for a message.
func TestChanged(t *testing.T) {
	changed := Difference{Before: policyOf(service + `,"Sid":"a"`), After: policyOf(service + `,"Sid":"b"`)}
	if got := strings.Join(changed.Changed(5), "|"); got != `- "Sid": "a"|+ "Sid": "b"` {
		t.Errorf("changed are %s", got)
	}
	made := Difference{Before: Document{State: Absent}, After: policyOf(service)}
	all := made.Changed(100)
	if got := made.Changed(3); len(got) != 3 || len(all) < 5 || got[1] != all[1] || got[2] != fmt.Sprintf("… and %d more lines", len(all)-2) {
		t.Errorf("of %q the first are %q", all, got)
	}
	for _, line := range all {
		if !strings.HasPrefix(line, "+ \"") {
			t.Errorf("a line is %q", line)
		}
	}
	unknown := Difference{Before: Document{State: Unknown}, After: policyOf(service)}
	if got := unknown.Changed(5); got != nil {
		t.Errorf("without what was before changed are %q", got)
	}
}

// TestBeside: without the lines of the other, each document is whole.
func TestBeside(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 2000 {
		document := func() (lines []string) {
			for range r.IntN(12) {
				lines = append(lines, string(rune('a'+r.IntN(4))))
			}
			return lines
		}
		before, after := document(), document()
		of := func(mark Mark) (lines []string) {
			for _, l := range beside(before, after) {
				if l.Mark == Both || l.Mark == mark {
					lines = append(lines, l.Text)
				}
			}
			return lines
		}
		if got := of(Minus); strings.Join(got, "") != strings.Join(before, "") {
			t.Fatalf("%v beside %v: %v", before, after, got)
		}
		if got := of(Plus); strings.Join(got, "") != strings.Join(after, "") {
			t.Fatalf("%v beside %v: %v", before, after, got)
		}
	}
}
