package organisation

import (
	"bytes"
	"fmt"
	"strings"
)

// badFile is one object of bad/: what an ingester must survive, and how.
type badFile struct {
	Name        string `json:"name"`
	Object      string `json:"object"`      // ingested, skipped or quarantined
	Written     int    `json:"written"`     // records that become rows
	Quarantined int    `json:"quarantined"` // records that do not
	Why         string `json:"why"`
	content     []byte
}

// badRecord is a good record for the bad files; each has an event id of its own.
func badRecord(name string) string {
	d := newDice("bad " + name)
	r := &record{version: "1.08", at: at(8, 5, 12, 0, 0), source: "ec2", name: "DescribeInstances", region: homeRegion, ip: "192.0.2.9", agent: cli,
		identity: obj("type", "Root", "principalId", "111111111111", "arn", "arn:aws:iam::111111111111:root", "accountId", "111111111111", "accessKeyId", ""),
		request:  raw("{}"), requestID: d.guid(), id: d.guid(), readOnly: true, account: "111111111111"}
	return string(r.encode())
}

func records(all ...string) []byte {
	return []byte(`{"Records":[` + strings.Join(all, ",") + "]}")
}

// without is a good record lacking one member.
func without(name, member string) string {
	r := badRecord(name)
	from := strings.Index(r, `"`+member+`":`)
	to := from + strings.Index(r[from:], ",") + 1
	return r[:from] + r[to:]
}

// badFiles are the harmful inputs. They lie beside AWSLogs, not in it.
func badFiles() ([]badFile, error) {
	whole, err := compress(records(badRecord("a"), badRecord("b")), 9)
	if err != nil {
		return nil, err
	}
	bomb, err := compress(append(bytes.Repeat([]byte(" "), 8<<20), records(badRecord("bomb"))...), 6)
	if err != nil {
		return nil, err
	}
	page, err := compress([]byte("<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code></Error>\n"), 9)
	if err != nil {
		return nil, err
	}
	digest, err := compress(digestFile(nil, 5).content(), 9)
	if err != nil {
		return nil, err
	}
	none, err := compress(records(), 9)
	if err != nil {
		return nil, err
	}
	return append([]badFile{
		{"truncated.json.gz", "quarantined", 0, 0, "the gzip member ends in the middle", whole[:len(whole)/2]},
		{"checksum.json.gz", "quarantined", 0, 0, "the gzip checksum is wrong", flipped(whole, len(whole)-6)},
		{"trailing-bytes.json.gz", "quarantined", 0, 0, "bytes follow the gzip member", append(bytes.Clone(whole), "tail"...)},
		{"second-member.json.gz", "quarantined", 0, 0, "a second gzip member follows the first", append(bytes.Clone(whole), whole...)},
		{"bomb.json.gz", "quarantined", 0, 0, "inflates a thousandfold: over the limit of the ratio", bomb},
		{"error-page.json.gz", "quarantined", 0, 0, "not JSON: an XML error page", page},
		{"digest-astray.json.gz", "skipped", 0, 0, "a digest outside its folder, told by its content: no log file", digest},
		{"no-records.json.gz", "ingested", 0, 0, "an empty Records array is not an error", none},
		{"empty.json", "quarantined", 0, 0, "no byte at all", nil},
	}, badPlain()...), nil
}

// badPlain are the uncompressed ones.
func badPlain() []badFile {
	good := badRecord("good")
	return []badFile{
		{"cut.json", "quarantined", 0, 0, "the JSON ends inside the second record", records(badRecord("c"), badRecord("d"))[:1200]},
		{"other-json.json", "quarantined", 0, 0, "JSON, but no container of log records", []byte(`{"message":"hello"}`)},
		{"no-time.json", "ingested", 2, 1, "the second record has no eventTime", records(badRecord("e"), without("f", "eventTime"), badRecord("g"))},
		{"wrong-time.json", "ingested", 1, 1, "the first eventTime is no time", records(strings.Replace(badRecord("h"), "2026-08-05T12:00:00Z", "yesterday", 1), badRecord("i"))},
		{"not-records.json", "ingested", 1, 3, "a string, a number and null stand among the records", records(good, `"a string"`, "17", "null")},
		{"same-twice.json", "ingested", 1, 0, "the same record twice in one file: one duplicate", records(badRecord("j"), badRecord("j"))},
		{"no-event-id.json", "ingested", 1, 0, "without eventID the key is a hash of the record", records(without("k", "eventID"))},
		{"deep.json", "ingested", 1, 1, "requestParameters are 5,000 arrays deep: over the limit of depth",
			records(badRecord("l"), strings.Replace(badRecord("m"), `"requestParameters":{}`, `"requestParameters":{"a":`+strings.Repeat("[", 5_000)+strings.Repeat("]", 5_000)+"}", 1))},
	}
}

// flipped is a copy with one byte changed.
func flipped(b []byte, i int) []byte {
	out := bytes.Clone(b)
	out[i] ^= 0xff
	return out
}

func badTree() (map[string][]byte, []badFile, error) {
	files, err := badFiles()
	if err != nil {
		return nil, nil, fmt.Errorf("making the bad files: %w", err)
	}
	tree := map[string][]byte{}
	for _, f := range files {
		tree["bad/"+f.Name] = f.content
	}
	return tree, files, nil
}
