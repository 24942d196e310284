package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"
)

// layouts are the forms of dates seen in inventories: RFC 3339 (AWS CLI), with a
// space (boto3 printed by Python), without a zone (IAM's dates are UTC).
var layouts = []string{
	time.RFC3339Nano,
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02 15:04:05.999999999Z0700",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999",
}

// time reads a date that may be absent; a bad one is noted under what.
func (b *roleBuilder) time(what string, raw json.RawMessage) time.Time {
	t, err := parseTime(raw)
	b.note(what, err)
	return t
}

// parseTime reads a date: text in one of the layouts, or seconds since 1970,
// with a fraction or not. Absent, null and "" are the zero time. The result is
// UTC, in the years 1970 to 9999, to the microsecond.
func parseTime(raw json.RawMessage) (time.Time, error) {
	var s string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return time.Time{}, nil
	case raw[0] != '"':
		s = string(raw)
	default:
		if err := json.Unmarshal(raw, &s); err != nil {
			return time.Time{}, err
		}
	}
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}, nil
	}
	t, ok := timeOf(s)
	if !ok || t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, fmt.Errorf("%.40q is not a date like 2026-01-31T12:00:00Z", s)
	}
	return t, nil
}

func timeOf(s string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Truncate(time.Microsecond), true
		}
	}
	sec, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(sec) || math.Abs(sec) > 1e12 {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(math.Round(sec * 1e6))).UTC(), true
}

// tags returns the tags as a JSON object ordered by key. They come as a list of
// Key and Value; an object is taken too.
func (b *roleBuilder) tags() string {
	raw := bytes.TrimSpace(b.raw.Tags)
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	tags, err := readTags(raw)
	b.note("tags", explain(err))
	if err != nil {
		return ""
	}
	return writeTags(tags)
}

func readTags(raw json.RawMessage) (map[string]string, error) {
	tags := map[string]string{}
	if raw[0] == '{' {
		err := json.Unmarshal(raw, &tags)
		return tags, err
	}
	var list []struct {
		Key   *string `json:"Key"`
		Value string  `json:"Value"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	for _, t := range list {
		if t.Key == nil {
			return nil, errors.New("a tag has no Key")
		}
		tags[*t.Key] = t.Value
	}
	return tags, nil
}

func writeTags(tags map[string]string) string {
	keys := make([]string, 0, len(tags))
	for k := range tags {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var out strings.Builder
	for i, k := range keys {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(quote(k) + ":" + quote(tags[k]))
	}
	return "{" + out.String() + "}"
}

// quote returns s as a JSON string, with <, > and & as they are.
func quote(s string) string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	return strings.TrimSuffix(buf.String(), "\n")
}
