package notice

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Object is one that a notice says was created.
type Object struct {
	Bucket, Key string
	Version     string // empty in a bucket without versions
}

// Notices are what a message holds: the objects to take, and what else it says, which
// needs no answer.
type Notices struct {
	Objects []Object
	Other   []string
}

// maxWraps is how deep notices may be wrapped: S3's in SNS in SQS are two deep.
const maxWraps = 3

// envelope has the members by which the containers of notices are told apart.
type envelope struct {
	Records    []json.RawMessage `json:"Records"`
	Type       string            `json:"Type"` // SNS in SQS
	Message    string            `json:"Message"`
	Event      string            `json:"Event"` // of a test
	Source     string            `json:"source"`
	DetailType string            `json:"detail-type"`
	Detail     json.RawMessage   `json:"detail"`
}

// record is one of Records.
type record struct {
	EventSource string `json:"eventSource"`
	EventName   string `json:"eventName"`
	S3          struct {
		Bucket struct {
			Name string `json:"name"`
		} `json:"bucket"`
		Object struct {
			Key     string `json:"key"`
			Version string `json:"versionId"`
		} `json:"object"`
	} `json:"s3"`
	SNS struct {
		Message string `json:"Message"`
	} `json:"Sns"`
}

// Parse reads a notice, wrapped or not. An error means that something in it is unknown or
// damaged; then nothing of it counts.
func Parse(body []byte) (Notices, error) {
	var n Notices
	if err := n.read(body, maxWraps); err != nil {
		return Notices{}, fmt.Errorf("reading a notice: %w", err)
	}
	return n, nil
}

func (n *Notices) read(body []byte, wraps int) error {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return fmt.Errorf("it is not JSON of a known form: %w", err)
	}
	switch {
	case wraps == 0:
		return errors.New("it is wrapped more often than any service does")
	case len(e.Records) > 0:
		for i, raw := range e.Records {
			if err := n.record(raw, wraps); err != nil {
				return fmt.Errorf("record %d: %w", i, err)
			}
		}
		return nil
	case e.Type == "Notification":
		return n.read([]byte(e.Message), wraps-1)
	case e.Event == "s3:TestEvent":
		n.Other = append(n.Other, e.Event)
		return nil
	case e.Source == "aws.s3":
		return n.eventBridge(&e)
	}
	return errors.New("it is neither from S3 nor from EventBridge, SNS or SQS about S3")
}

func (n *Notices) record(raw json.RawMessage, wraps int) error {
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		return fmt.Errorf("it is not JSON of a known form: %w", err)
	}
	switch r.EventSource {
	case "aws:sns":
		return n.read([]byte(r.SNS.Message), wraps-1)
	case "aws:s3":
		// Keys are encoded as in the query of an address.
		key, err := url.QueryUnescape(r.S3.Object.Key)
		if err != nil {
			return fmt.Errorf("its key %q is not encoded as S3 does it: %w", r.S3.Object.Key, err)
		}
		return n.happened(strings.TrimPrefix(r.EventName, "s3:"), Object{r.S3.Bucket.Name, key, r.S3.Object.Version})
	}
	return fmt.Errorf("its source %q is unknown", r.EventSource)
}

// passed are the notices of S3 that are about no new contents.
var passed = []string{
	"ObjectRemoved:", "ObjectRestore:", "ObjectTagging:", "ObjectAcl:", "ReducedRedundancyLostObject", "Replication:",
	"LifecycleExpiration:", "LifecycleTransition", "IntelligentTiering",
}

func (n *Notices) happened(what string, o Object) error {
	if strings.HasPrefix(what, "ObjectCreated:") {
		return n.created(o)
	}
	for _, prefix := range passed {
		if strings.HasPrefix(what, prefix) {
			n.Other = append(n.Other, what)
			return nil
		}
	}
	return fmt.Errorf("what happened to the object, %q, is unknown", what)
}

func (n *Notices) created(o Object) error {
	if o.Bucket == "" || o.Key == "" {
		return fmt.Errorf("it names no object: bucket %q, key %q", o.Bucket, o.Key)
	}
	n.Objects = append(n.Objects, o)
	return nil
}

// eventBridge reads an event of EventBridge, where keys are as they are.
func (n *Notices) eventBridge(e *envelope) error {
	var detail struct {
		Bucket struct {
			Name string `json:"name"`
		} `json:"bucket"`
		Object struct {
			Key     string `json:"key"`
			Version string `json:"version-id"`
		} `json:"object"`
	}
	if err := json.Unmarshal(e.Detail, &detail); err != nil {
		return fmt.Errorf("its detail is not JSON of a known form: %w", err)
	}
	switch e.DetailType {
	case "Object Created":
		return n.created(Object{detail.Bucket.Name, detail.Object.Key, detail.Object.Version})
	case "Object Deleted", "Object Restore Initiated", "Object Restore Completed", "Object Restore Expired", "Object Tags Added",
		"Object Tags Deleted", "Object ACL Updated", "Object Storage Class Changed", "Object Access Tier Changed":
		n.Other = append(n.Other, e.DetailType)
		return nil
	}
	return fmt.Errorf("what happened to the object, %q, is unknown", e.DetailType)
}
