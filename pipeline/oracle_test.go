package pipeline_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// oracle reads log files the slow and obvious way, with encoding/json into maps.
// It shares no code with the pipeline; both must come to the same records.
type oracle struct {
	records     []map[string]any // of the family that is use, first of each key
	read        int              // of that family, duplicates and bad ones included
	bad         int              // records that cannot be rows
	otherFamily int
	refused     []string // files
	seen        map[string]bool
}

func readOracle(t *testing.T, dirs ...string) *oracle {
	t.Helper()
	o := &oracle{seen: map[string]bool{}}
	var paths []string
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() && !strings.HasPrefix(entry.Name(), ".") {
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	sort.Slice(paths, func(i, j int) bool {
		a, b := deliveryDay(paths[i]), deliveryDay(paths[j])
		return a < b || a == b && paths[i] < paths[j]
	})
	for _, path := range paths {
		o.file(t, path)
	}
	return o
}

var deliveryName = regexp.MustCompile(`(\d{8})T\d{4}`)

func deliveryDay(path string) string {
	if m := deliveryName.FindStringSubmatch(filepath.Base(path)); m != nil {
		return m[1]
	}
	return ""
}

func (o *oracle) file(t *testing.T, path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.HasPrefix(text, []byte("\x1f\x8b")) {
		zr, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if text, err = io.ReadAll(zr); err != nil {
			t.Fatal(err)
		}
	}
	values, broken, ok := jsonValues(text)
	var found []map[string]any
	unknown := 0
	digest, container := false, false
	for _, v := range values {
		r, u, d, c := recordsIn(v, 0)
		found, unknown, digest, container = append(found, r...), unknown+u, digest || d, container || c
	}
	if !ok || len(found)+broken == 0 && !digest && (unknown > 0 || !container) {
		o.refused = append(o.refused, path)
		return
	}
	bad := broken + unknown
	for _, rec := range found {
		if isOtherFamily(rec) {
			o.otherFamily++
			continue
		}
		o.read++
		when, _ := rec["eventTime"].(string)
		if len(when) < 19 || when[4] != '-' || when[:2] != "20" {
			o.bad++
			continue
		}
		o.keep(rec)
	}
	o.read, o.bad = o.read+bad, o.bad+bad
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

func (o *oracle) keep(rec map[string]any) {
	rec = withoutTokens(rec).(map[string]any)
	id, _ := rec["eventID"].(string)
	account, _ := rec["recipientAccountId"].(string)
	key := strings.ToLower(id)
	if !guid.MatchString(id) {
		key = canonical(rec)
	}
	key += "|" + account + "|" + rec["eventTime"].(string)[:10] // one event has one day
	if !o.seen[key] {
		o.seen[key] = true
		o.records = append(o.records, rec)
	}
}

func canonical(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// jsonValues reads a text as one or more JSON values, or as lines of them; broken
// counts lines that are none.
func jsonValues(text []byte) (values []any, broken int, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	for {
		var v any
		err := dec.Decode(&v)
		if err == io.EOF {
			return values, 0, len(values) > 0
		}
		if err != nil {
			break
		}
		values = append(values, v)
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	if len(lines) < 2 || !json.Valid([]byte(lines[0])) || !strings.HasPrefix(strings.TrimSpace(lines[0]), "{") {
		return nil, 0, false
	}
	values = nil
	for _, line := range lines {
		var v any
		switch {
		case strings.TrimSpace(line) == "":
		case json.Unmarshal([]byte(line), &v) != nil:
			broken++
		default:
			values = append(values, v)
		}
	}
	return values, broken, true
}

// recordsIn finds the records in a value; unknown counts what is neither record
// nor wrapper.
func recordsIn(v any, depth int) (records []map[string]any, unknown int, digest, container bool) {
	list := func(items any) {
		container = true
		for _, item := range items.([]any) {
			r, u, d, _ := recordsIn(item, depth+1)
			records, unknown, digest = append(records, r...), unknown+u, digest || d
		}
	}
	if items, ok := v.([]any); ok && depth == 0 {
		list(items)
		return
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, 1, false, false
	}
	if isRecord(m) {
		return []map[string]any{m}, 0, false, false
	}
	switch {
	case m["detail-type"] != nil && m["detail"] != nil:
		return recordsIn(m["detail"], depth+1)
	case m["CloudTrailEvent"] != nil:
		return recordsIn(inner(m["CloudTrailEvent"]), depth+1)
	case m["logEvents"] != nil:
		container = true
		for _, event := range m["logEvents"].([]any) {
			r, u, _, _ := recordsIn(inner(event.(map[string]any)["message"]), depth+1)
			records, unknown = append(records, r...), unknown+u
		}
		return
	case isList(m["Records"]):
		list(m["Records"])
		return
	case isList(m["Events"]):
		list(m["Events"])
		return
	case m["digestEndTime"] != nil && m["logFiles"] != nil:
		return nil, 0, true, false
	}
	return nil, 1, false, false
}

func isList(v any) bool { _, ok := v.([]any); return ok }

func inner(v any) any {
	text, _ := v.(string)
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return nil
	}
	return value
}

func isRecord(m map[string]any) bool {
	source, _ := m["eventSource"].(string)
	if strings.HasPrefix(source, "aws:") {
		return false
	}
	_, name := m["eventName"].(string)
	_, hasSource := m["eventSource"].(string)
	_, id := m["eventID"].(string)
	_, who := m["userIdentity"].(map[string]any)
	return name || hasSource || id || who
}

func isOtherFamily(rec map[string]any) bool {
	switch rec["eventCategory"] {
	case "Management", "Data":
		return false
	case "NetworkActivity", "Insight":
		return true
	}
	switch rec["eventType"] {
	case "AwsVpceEvent", "AwsVpceEvents", "AwsCloudTrailInsight":
		return true
	}
	return false
}

func withoutTokens(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			if value != nil && strings.EqualFold(key, "sessionToken") {
				value = "REDACTED"
			}
			out[key] = withoutTokens(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = withoutTokens(v[i])
		}
		return out
	}
	return v
}
