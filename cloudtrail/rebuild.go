package cloudtrail

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Row is a row of the lake as far as a record is rebuilt from it: the non-null
// columns of the groups record, who and JSON, by their names.
type Row map[string]any

// flatMember says where in the record a column of the lake belongs.
var flatMembers = map[string][]string{
	"event_id": {"eventID"}, "event_version": {"eventVersion"}, "event_category": {"eventCategory"},
	"event_type": {"eventType"}, "event_source": {"eventSource"}, "event_name": {"eventName"},
	"aws_region": {"awsRegion"}, "recipient_account_id": {"recipientAccountId"}, "read_only": {"readOnly"},
	"management_event": {"managementEvent"}, "request_id": {"requestID"}, "shared_event_id": {"sharedEventID"},
	"source_ip_address": {"sourceIPAddress"}, "user_agent": {"userAgent"}, "error_code": {"errorCode"},
	"error_message": {"errorMessage"}, "vpc_endpoint_id": {"vpcEndpointId"},
	"identity_type": {"userIdentity", "type"}, "identity_arn": {"userIdentity", "arn"},
	"identity_principal_id": {"userIdentity", "principalId"}, "identity_account_id": {"userIdentity", "accountId"},
	"identity_user_name": {"userIdentity", "userName"}, "identity_access_key_id": {"userIdentity", "accessKeyId"},
	"invoked_by": {"userIdentity", "invokedBy"}, "identity_provider": {"userIdentity", "identityProvider"},
	"issuer_type":          {"userIdentity", "sessionContext", "sessionIssuer", "type"},
	"issuer_arn":           {"userIdentity", "sessionContext", "sessionIssuer", "arn"},
	"issuer_principal_id":  {"userIdentity", "sessionContext", "sessionIssuer", "principalId"},
	"issuer_account_id":    {"userIdentity", "sessionContext", "sessionIssuer", "accountId"},
	"issuer_user_name":     {"userIdentity", "sessionContext", "sessionIssuer", "userName"},
	"session_created_at":   {"userIdentity", "sessionContext", "attributes", "creationDate"},
	"mfa_authenticated":    {"userIdentity", "sessionContext", "attributes", "mfaAuthenticated"},
	"source_identity":      {"userIdentity", "sessionContext", "sourceIdentity"},
	"on_behalf_of_user_id": {"userIdentity", "onBehalfOf", "userId"},
	"event_time":           {"eventTime"},
}

var jsonMembers = map[string]string{
	"request_parameters": "requestParameters", "response_elements": "responseElements",
	"additional_event_data": "additionalEventData", "service_event_details": "serviceEventDetails",
	"resources": "resources", "tls_details": "tlsDetails", "addendum": "addendum", "user_identity": "userIdentity",
}

// Rebuild makes the record from its row, as the value that encoding/json would
// read from AWS's text (session tokens aside), with numbers that are too large for
// a float64 as json.Number. The rule: each column goes where its name comes from;
// then the members of user_identity and of other are laid over it.
func Rebuild(row Row) (map[string]any, error) {
	record := map[string]any{}
	for column, value := range row {
		if path, ok := flatMembers[column]; ok {
			place(record, path, flatValue(column, value))
		}
	}
	for column, name := range jsonMembers {
		value, err := jsonValue(row, column)
		if err != nil {
			return nil, err
		}
		if value != nil {
			overlay(record, name, value, column == "user_identity")
		}
	}
	other, err := jsonValue(row, "other")
	if err != nil {
		return nil, err
	}
	if members, ok := other.(map[string]any); ok {
		for name, value := range members {
			record[name] = value
		}
	}
	return record, nil
}

// flatValue is a column's value as JSON writes it.
func flatValue(column string, value any) any {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Format(canonicalTime)
	case bool:
		if column == "mfa_authenticated" {
			return fmt.Sprint(v)
		}
	}
	return value
}

func jsonValue(row Row, column string) (any, error) {
	text, ok := row[column].(string)
	if !ok {
		return nil, nil
	}
	value, err := ParseValue(text)
	if err != nil {
		return nil, fmt.Errorf("reading column %s: %w", column, err)
	}
	return value, nil
}

// ParseValue reads a JSON value like encoding/json, which however refuses a text
// with a number that is too large for it. [Rebuild] makes of a row what this makes of
// the record's text.
func ParseValue(text string) (any, error) {
	if !json.Valid([]byte(text)) {
		return nil, json.Unmarshal([]byte(text), new(any))
	}
	var value any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	err := dec.Decode(&value)
	return asFloats(value), err
}

// asFloats turns the numbers within a value into float64, where they fit.
func asFloats(value any) any {
	switch v := value.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return f
		}
	case []any:
		for i := range v {
			v[i] = asFloats(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = asFloats(v[name])
		}
	}
	return value
}

func place(record map[string]any, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		inner, ok := record[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			record[name] = inner
		}
		record = inner
	}
	record[path[len(path)-1]] = value
}

// overlay lays value over what stands at name: objects member by member if deep,
// everything else instead of it.
func overlay(record map[string]any, name string, value any, deep bool) {
	over, ok := value.(map[string]any)
	under, both := record[name].(map[string]any)
	if !deep || !ok || !both {
		record[name] = value
		return
	}
	for inner, v := range over {
		overlay(under, inner, v, true)
	}
}
