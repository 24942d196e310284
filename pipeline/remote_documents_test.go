package pipeline_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestDocumentsOfMany: processes that take changes of one account at the same time remember all of them;
// a memory of documents that is damaged stops changes of its account alone, and says what to do.
func TestDocumentsOfMany(t *testing.T) {
	m, clock := newMirrored(t), unordinaryDay
	logs := accessLogs{dir: t.TempDir()}
	const processes, each = 4, 5
	for n := range processes * each {
		logs.events++
		document := fmt.Sprintf(`{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"1111111111%02d\"},\"Action\":\"sts:AssumeRole\"}]}`, n)
		logs.add(t, unordinaryDay.Add(time.Duration(n)*time.Second), "iam", "UpdateAssumeRolePolicy", fmt.Sprintf(iamUser, "alice"), "203.0.113.7", fmt.Sprintf(`,"requestParameters":{"roleName":"r%d","policyDocument":"%s"}`, n, document))
	}
	names, texts := inFolder(t, logs.dir)
	var working sync.WaitGroup
	for i := range processes {
		p := m.explainer(unordinaryDay.Add(time.Hour), &clock)
		working.Go(func() {
			for n := i; n < len(names); n += processes {
				if err := p.takeText(names[n], texts[names[n]], "a"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	working.Wait()
	next := accessLogs{dir: t.TempDir(), events: 1000}
	for n := range processes * each {
		next.add(t, unordinaryDay.Add(2*time.Hour), "iam", "DeleteRole", fmt.Sprintf(iamUser, "alice"), "203.0.113.7", fmt.Sprintf(`,"requestParameters":{"roleName":"r%d"}`, n))
	}
	p := m.explainer(unordinaryDay.Add(time.Hour), &clock)
	names, texts = inFolder(t, next.dir)
	for _, name := range names {
		if err := p.takeText(name, texts[name], "a"); err != nil {
			t.Fatal(err)
		}
	}
	known := 0
	for _, c := range p.tells() {
		if strings.Contains(c.Summary, "no longer lets in account 1111111111") {
			known++
		}
	}
	if known != processes*each {
		t.Errorf("of %d roles is known what they were, want %d", known, processes*each)
	}
	for name := range m.server.Objects("lake", "a/memory/documents/") {
		m.server.Put("lake", "a/memory/documents/"+name, []byte("damaged"))
	}
	if err := p.takeText("again.json", texts[names[0]], "a"); err == nil || !strings.Contains(err.Error(), "remove it, and what was before is unknown from then on") {
		t.Errorf("damaged: %v", err)
	}
}
