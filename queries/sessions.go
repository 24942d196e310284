package queries

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// Sessions are the values of the questions "session_list" and "session_events".
type Sessions struct {
	// Caller restricts sessions to those of callers at the start of the chain that it
	// fits; * stands for any characters, ? for one. Empty means all.
	Caller string
	// Session is the session whose calls are wanted: a principal id, as
	// "AROA…:session-name", or an access key of the session.
	Session string
}

// addValues adds the parameters of the questions.
func (s Sessions) addValues(v map[string]driver.Value) error {
	v["caller"], v["session"] = nil, nil
	for _, text := range []string{s.Caller, s.Session} {
		if strings.Contains(text, "\x00") {
			return fmt.Errorf("reading caller or session %q: it has a NUL byte", text) // the driver would cut it there
		}
	}
	if s.Caller != "" {
		v["caller"] = likePattern.Replace(s.Caller)
	}
	if s.Session != "" {
		v["session"] = s.Session
	}
	return nil
}
