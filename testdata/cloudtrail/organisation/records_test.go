package organisation

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
)

// event is a record as a test reads it back.
type event struct {
	EventVersion, EventID, EventTime, EventSource, EventName, EventType, EventCategory string
	AWSRegion, ErrorCode, ErrorMessage, SharedEventID, RecipientAccountID              string
	UserIdentity                                                                       struct {
		Type, PrincipalID, ARN, AccountID, AccessKeyID, InvokedBy, IdentityProvider string
		OnBehalfOf, InScopeOf                                                       map[string]any
		SessionContext                                                              struct {
			SessionIssuer   struct{ Type, PrincipalID, ARN string }
			Attributes      struct{ CreationDate string }
			EC2RoleDelivery string
			SourceIdentity  string
		}
	}
	RequestParameters, ResponseElements, AdditionalEventData, Addendum map[string]any
	SessionCredentialFromConsole                                       string

	key string // of the object it was first read from
}

func (e *event) action() string {
	source, _, _ := strings.Cut(e.EventSource, ".")
	return source + ":" + e.EventName
}

func (e *event) outcome() outcome {
	switch {
	case e.ErrorCode == "":
		return success
	case strings.Contains(e.ErrorCode, "AccessDenied"), strings.Contains(e.ErrorCode, "Unauthorized"):
		return denied
	}
	return failed
}

// acts tells whether the record is a call in which a role acted.
func (e *event) acts() bool {
	return e.EventType == "AwsApiCall" && e.UserIdentity.Type == "AssumedRole" && e.UserIdentity.SessionContext.SessionIssuer.Type == "Role"
}

var readBack struct {
	sync.Once
	events  []*event
	records int
}

// events reads all records of family CloudTrail, every event once.
func events(t *testing.T) []*event {
	t.Helper()
	files := mustTree(t)
	readBack.Do(func() {
		seen := map[string]bool{}
		for _, name := range sortedKeys(files) {
			if !strings.HasPrefix(name, "AWSLogs/") || !strings.Contains(name, "/CloudTrail/") {
				continue
			}
			var container struct{ Records []*event }
			if err := json.Unmarshal(inflate(t, name, files[name]), &container); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, e := range container.Records {
				readBack.records++
				if k := e.EventID + e.RecipientAccountID; !seen[k] {
					seen[k] = true
					e.key = name
					readBack.events = append(readBack.events, e)
				}
			}
		}
	})
	if len(readBack.events) == 0 {
		t.Fatal("read no event")
	}
	return readBack.events
}

// TestPairs holds the shape of cross-account assumptions (P3).
func TestPairs(t *testing.T) {
	byShared := map[string][]*event{}
	for _, e := range events(t) {
		if e.EventName == "AssumeRole" && e.SharedEventID != "" {
			byShared[e.SharedEventID] = append(byShared[e.SharedEventID], e)
		}
	}
	pairs := 0
	for id, copies := range byShared {
		if len(copies) == 1 {
			continue
		}
		pairs++
		owner, callers := 0, 0
		for _, e := range copies {
			switch e.UserIdentity.Type {
			case "AWSAccount":
				owner++
			case "AssumedRole", "IAMUser":
				callers++
			}
		}
		if len(copies) != 2 || owner != 1 || callers != 1 || copies[0].EventID == copies[1].EventID ||
			copies[0].EventTime != copies[1].EventTime || copies[0].RecipientAccountID == copies[1].RecipientAccountID {
			t.Errorf("shared event %s is no pair of caller's and owner's copy", id)
		}
	}
	if pairs < 100 {
		t.Errorf("only %d pairs", pairs)
	}
}
