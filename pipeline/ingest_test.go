package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"roletrail/cloudtrail"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
)

func record(id int) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE111:s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE111","arn":"arn:aws:iam::111111111111:role/team/r"}}},"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","eventID":"00000000-0000-0000-0000-%012d","recipientAccountId":"111111111111"}`, id)
}

func trail(records ...string) []byte {
	return []byte(`{"Records":[` + strings.Join(records, ",") + `]}`)
}

func write(t testing.TB, dir, name string, text []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestQuarantine puts one file of every kind of damage beside a good one. Nothing
// bad stops the run or vanishes, and the good file's rows are all there.
func TestQuarantine(t *testing.T) {
	whole := gzipped(trail(record(1), record(2)))
	tests := map[string]struct {
		text   []byte
		reason string // of the object, or of one record
	}{
		"truncated gzip":         {whole[:len(whole)-9], "the gzip stream ends too early"},
		"truncated gzip trailer": {whole[:len(whole)-3], "the gzip stream ends too early"},
		"wrong checksum":         {flip(whole, len(whole)-8), "the gzip checksum does not match"},
		"further member":         {append(bytes.Clone(whole), whole...), "a further gzip member follows the first one"},
		"trailing byte":          {append(bytes.Clone(whole), 'x'), "bytes follow the gzip member"},
		"invalid JSON":           {[]byte(`{"Records":[` + record(3) + `,]}`), "invalid JSON"},
		"ends early":             {trail(record(3))[:300], "the JSON ends too early"},
		"no JSON":                {[]byte("hello"), "neither JSON nor gzip"},
		"empty":                  {nil, "the file is empty"},
		"empty gzip":             {gzipped(nil), "the file is empty"},
		"white space":            {[]byte(" \r\n\t"), "the file is empty"},
		"white space in gzip":    {gzipped([]byte(" \n")), "the file is empty"},
		"policy":                 {[]byte(`{"Version":"2012-10-17"}`), "no CloudTrail record found"},
		"record without a time":  {trail(record(4), `{"eventName":"x"}`), "no eventTime"},
		"record that is text":    {trail(record(5), `"x"`), "not an object"},
		"too deep":               {trail(record(6), `{"eventName":`+strings.Repeat("[", 200)+strings.Repeat("]", 200)+`}`), "over the limit limits.depth (128)"},
	}
	dir := t.TempDir()
	write(t, dir, "good.json.gz", gzipped(trail(record(100), record(101))))
	for name, test := range tests {
		write(t, dir, name, test.text)
	}
	lakeDir := filepath.Join(t.TempDir(), "lake")
	s := ingest(t, lakeDir, pipeline.Options{}, dir)
	found := map[string]string{}
	for _, q := range s.Quarantine {
		if len(q.SHA256) != 64 {
			t.Errorf("%s: hash %q", q.Object, q.SHA256)
		}
		found[filepath.Base(q.Object)] = q.Reason
	}
	for name, test := range tests {
		if !strings.Contains(found[name], test.reason) {
			t.Errorf("%s: reason %q, want %q", name, found[name], test.reason)
		}
	}
	if len(s.Quarantine) != len(tests) {
		t.Errorf("%d quarantined, want %d", len(s.Quarantine), len(tests))
	}
	if s.Objects.Ingested != 4 || s.Records.Written != 5 {
		t.Errorf("wrong balance:\n%s", s)
	}
	lake, err := parquet.OpenLake(lakeDir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	entries, err := lake.Ledger().Quarantined(100)
	if err != nil || len(entries) != len(tests) {
		t.Errorf("the ledger lists %d: %v", len(entries), err)
	}
}

func flip(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 0x40
	return b
}

// TestQuarantinedObjectIsTriedAgain repairs a file between two runs.
func TestQuarantinedObjectIsTriedAgain(t *testing.T) {
	dir, lake := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	write(t, dir, "a.json", trail(record(1))[:200])
	if s := ingest(t, lake, pipeline.Options{}, dir); s.Objects.Quarantined != 1 {
		t.Fatalf("first run:\n%s", s)
	}
	write(t, dir, "a.json", trail(record(1)))
	if s := ingest(t, lake, pipeline.Options{}, dir); s.Objects.Ingested != 1 || s.Records.Written != 1 {
		t.Fatalf("second run:\n%s", s)
	}
	if s := ingest(t, lake, pipeline.Options{}, dir); s.Objects.Already != 1 {
		t.Fatalf("third run:\n%s", s)
	}
}

// TestFamilies sends each log family where it belongs.
func TestFamilies(t *testing.T) {
	dir := t.TempDir()
	key := func(family string) string {
		return "AWSLogs/111111111111/" + family + "/eu-west-1/2026/07/10/f.json"
	}
	other := func(category string) string {
		return `{"eventVersion":"1.09","eventTime":"2026-07-10T11:42:05Z","eventName":"x","eventSource":"s3.amazonaws.com","awsRegion":"eu-west-1","recipientAccountId":"111111111111","eventCategory":"` + category + `"}`
	}
	write(t, dir, key("CloudTrail"), trail(record(1), other("NetworkActivity")))
	write(t, dir, key("CloudTrail-Digest"), []byte(`{"awsAccountId":"111111111111","digestStartTime":"2026-07-10T10:00:00Z","digestEndTime":"2026-07-10T11:00:00Z","logFiles":[]}`))
	write(t, dir, key("CloudTrail-Insight"), trail(other("Insight"), other("Insight")))
	write(t, dir, key("CloudTrail-NetworkActivity"), trail(other("NetworkActivity")))
	write(t, dir, key("CloudTrail-Aggregated"), trail(`{"eventVersion":"1.0","accountId":"111111111111","eventId":"1","timeWindow":{},"summary":{}}`))
	lake := filepath.Join(t.TempDir(), "lake")
	s := ingest(t, lake, pipeline.Options{}, dir)
	if s.Objects.Ingested != 1 || s.Objects.Skipped != 4 || s.Objects.Quarantined != 0 || s.Records.Total != 1 {
		t.Errorf("wrong balance:\n%s\n%+v", s, s.Quarantine)
	}
	want := map[string]pipeline.FamilyCounts{
		"CloudTrail": {Objects: 1, Records: 1}, "CloudTrail-Digest": {Objects: 1}, "CloudTrail-Insight": {Objects: 1, Records: 2},
		"CloudTrail-NetworkActivity": {Objects: 2, Records: 2}, "CloudTrail-Aggregated": {Objects: 1, Records: 1},
	}
	for family, count := range want {
		if s.Families[family] != count {
			t.Errorf("%s: %+v, want %+v", family, s.Families[family], count)
		}
	}
	for _, row := range events(t, lake) {
		if row["family"] != "CloudTrail" {
			t.Errorf("a row of family %v", row["family"])
		}
	}
}

// TestEventsWithoutAGUID are known again by their content, whatever is in them.
func TestEventsWithoutAGUID(t *testing.T) {
	dir, lake := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	odd := []string{
		`{"eventTime":"2026-07-10T11:42:05Z","eventName":"a","requestParameters":{"n":1e999,"m":12345678901234567890123,"d":1.10}}`,
		`{"eventTime":"2026-07-10T11:42:05Z","eventName":"a","eventID":"odd","x":-0,"y":1E400}`,
		`{"eventTime":"2026-07-10 11:42:05.123","eventName":"a","eventID":"\ud800","userIdentity":{"sessionContext":{},"type":5}}`,
		`{"eventTime":"2026-07-10T11:42:05Z","eventName":"a","eventID":null,"userAgent":["x"],"responseElements":{"credentials":{"sessionToken":"x"}}}`,
	}
	write(t, dir, "a.json", trail(odd...))
	write(t, dir, "b.ndjson", []byte(strings.Join(odd, "\n")+"\n"))
	if s := ingest(t, lake, pipeline.Options{}, dir); s.Records.Written != 4 || s.Records.Duplicate != 4 {
		t.Fatalf("first run:\n%s\n%+v", s, s.Quarantine)
	}
	write(t, dir, "c.json", trail(odd...))
	if s := ingest(t, lake, pipeline.Options{}, dir); s.Records.Written != 0 || s.Records.Duplicate != 4 {
		t.Fatalf("second run, which knows them from the lake:\n%s", s)
	}
}

// TestOddFileNames: a name is data, whatever its bytes are.
func TestOddFileNames(t *testing.T) {
	dir, lakeDir := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	for i, name := range []string{"a\xff.json", "a%FF.json", "b\nc.json", "d\x1b[31m.json", "ü.json", "copy\xfe.json"} {
		write(t, dir, name, trail(record(i%5))) // the last one holds a duplicate only
	}
	if s := ingest(t, lakeDir, pipeline.Options{}, dir); s.Records.Written != 5 || s.Records.Duplicate != 1 {
		t.Fatalf("%s\n%+v", s, s.Quarantine)
	}
	names := map[any]bool{}
	for _, row := range events(t, lakeDir) {
		names[row["source_object"]] = true
		if name := row["source_object"].(string); !utf8.ValidString(name) || strings.ContainsAny(name, "\n\x1b") {
			t.Errorf("name %q", name)
		}
	}
	if len(names) != 5 {
		t.Errorf("%d names: %v", len(names), names)
	}
	if rows := ask(t, lakeDir, "coverage", queries.Params{Since: time.Unix(0, 0), Until: time.Now()}); len(rows) == 0 {
		t.Error("no coverage")
	}
	if s := ingest(t, lakeDir, pipeline.Options{}, dir); s.Objects.Already != 6 {
		t.Errorf("second run:\n%s", s)
	}
}

// TestBalanceOfAFailedRun: a source that is missing behind one that is there.
func TestBalanceOfAFailedRun(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.json", trail(record(1)))
	lake, err := parquet.CreateLake(filepath.Join(t.TempDir(), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	s, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{pipeline.Files{Path: dir}, pipeline.Files{Path: "missing"}}, pipeline.Options{})
	if err == nil || !s.Balanced() {
		t.Errorf("%v\n%s", err, s)
	}
}

func TestStdinIsKnownByItsBytes(t *testing.T) {
	lakeDir := filepath.Join(t.TempDir(), "lake")
	for i, want := range []string{"ingested 1 + already 0", "ingested 0 + already 1"} {
		lake, err := parquet.CreateLake(lakeDir)
		if err != nil {
			t.Fatal(err)
		}
		stdin := &pipeline.Stdin{Reader: bytes.NewReader(gzipped(trail(record(1)))), Limit: 1 << 20}
		s, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{stdin}, pipeline.Options{})
		if err := errors.Join(err, stdin.Close(), lake.Close()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(s.String(), want) {
			t.Errorf("run %d:\n%s", i, s)
		}
	}
}

// TestInterruptedRunGoesOn cancels a run and lets another finish it.
func TestInterruptedRunGoesOn(t *testing.T) {
	dir, lakeDir := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	const files = 200
	for i := range files {
		write(t, dir, fmt.Sprintf("%03d.json", i), trail(record(i)))
	}
	lake, err := parquet.CreateLake(lakeDir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := 0
	s, err := pipeline.Ingest(ctx, lake, []pipeline.Source{pipeline.Files{Path: dir}}, pipeline.Options{
		Workers: 1,
		Progress: func(pipeline.Progress) {
			done++
			if done == 50 {
				cancel()
			}
		},
	})
	if !errors.Is(err, pipeline.ErrInterrupted) {
		t.Fatalf("error %v", err)
	}
	if !s.Balanced() || s.Records.Written != 50 {
		t.Fatalf("balance of the interrupted run:\n%s", s)
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	if s := ingest(t, lakeDir, pipeline.Options{}, dir); s.Objects.Already != 50 || s.Records.Written != files-50 {
		t.Fatalf("balance of the second run:\n%s", s)
	}
}

// TestLargeFileIsStreamed ingests one file much larger than what is decoded in
// one piece, with bounded memory.
func TestLargeFileIsStreamed(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200 MB")
	}
	dir := t.TempDir()
	const records = 200_000
	big := &bigFile{records: records}
	file, err := os.Create(filepath.Join(dir, "big.json"))
	if err != nil {
		t.Fatal(err)
	}
	size, err := io.Copy(file, big)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	var peak uint64
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		var m runtime.MemStats
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
		}
	}()
	s := ingest(t, filepath.Join(t.TempDir(), "lake"), pipeline.Options{Workers: 1}, dir)
	close(stop)
	<-stopped
	if s.Records.Written != records || s.Inflated != size {
		t.Fatalf("%d of %d bytes:\n%s", s.Inflated, size, s)
	}
	if peak > 200<<20 {
		t.Errorf("the heap grew to %d MiB for a file of %d MiB", peak>>20, size>>20)
	}
}

// bigFile makes a trail file while it is read.
type bigFile struct {
	records, next int
	rest          []byte
}

func (f *bigFile) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		switch {
		case f.next > f.records:
			return 0, io.EOF
		case f.next == f.records:
			f.rest = []byte("]}")
		case f.next == 0:
			f.rest = []byte(`{"Records":[` + record(0))
		default:
			f.rest = []byte("," + record(f.next))
		}
		f.next++
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// TestManyTinyRecords: a small file may hold more records than fit into memory at
// once.
func TestManyTinyRecords(t *testing.T) {
	dir := t.TempDir()
	const records = 120_000
	var text bytes.Buffer
	for i := range records {
		fmt.Fprintf(&text, "{\"eventTime\":\"2026-07-10T11:42:05Z\",\"eventName\":\"x\",\"eventID\":\"00000000-0000-0000-0000-%012d\"}\n", i)
	}
	write(t, dir, "a.ndjson.gz", gzipped(text.Bytes()))
	if s := ingest(t, filepath.Join(t.TempDir(), "lake"), pipeline.Options{}, dir); s.Records.Written != records {
		t.Fatalf("%s\n%+v", s, s.Quarantine)
	}
}

// TestBomb refuses an object that inflates without end.
func TestBomb(t *testing.T) {
	dir := t.TempDir()
	zeros := gzipped(bytes.Repeat([]byte(" "), 300<<20))
	write(t, dir, "bomb.gz", zeros)
	s := ingest(t, filepath.Join(t.TempDir(), "lake"), pipeline.Options{}, dir)
	if s.Objects.Quarantined != 1 || !strings.Contains(s.Quarantine[0].Reason, "limits.inflation_ratio (200)") {
		t.Fatalf("%s\n%+v", s, s.Quarantine)
	}
	small := pipeline.Options{Limits: pipeline.Limits{InflatedSize: 1000, InflationRatio: 200, Records: cloudtrail.DefaultLimits}}
	write(t, dir, "long.json.gz", gzipped(trail(record(1), record(2), record(3))))
	s = ingest(t, filepath.Join(t.TempDir(), "lake"), small, filepath.Join(dir, "long.json.gz"))
	if s.Objects.Quarantined != 1 || !strings.Contains(s.Quarantine[0].Reason, "limits.inflated_size (1000 bytes)") {
		t.Fatalf("%s\n%+v", s, s.Quarantine)
	}
}

// TestTokensNeverReachTheLake looks for a token in every row, in every byte of the ledger and in
// what a run tells, also of records and objects that are set aside.
func TestTokensNeverReachTheLake(t *testing.T) {
	const secret = "IQoJb3JpZ2luX2VjExampleSecretTokenExample"
	with := func(id int, member string) string {
		return strings.Replace(record(id), `"awsRegion"`, member+`,"awsRegion"`, 1)
	}
	dir, lake := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	write(t, dir, "a.json", trail(
		with(1, `"responseElements":{"credentials":{"accessKeyId":"ASIAEXAMPLE","sessionToken":"`+secret+`"}}`),
		with(2, `"requestParameters":{"a":[{"SessionToken":"`+secret+`"}]}`),
		with(3, `"sessionToken":"`+secret+`"`),
		with(4, `"responseElements":"{\"credentials\":{\"sessionToken\":\"`+secret+`\"}}"`),
		with(5, `"userIdentity":{"type":"x","sessionToken":"`+secret+`"}`)))
	write(t, dir, "b.json", trail(with(6, `"responseElements":{"session\u0054oken":"`+secret+`"}`)))
	write(t, dir, "c.json", trail(with(7, `"responseElements":{"sessionToken":["`+secret+`"]},"response\u0045lements2":1`)))
	bad := with(8, `"responseElements":{"sessionToken":"`+secret+`"}`)
	write(t, dir, "bad.json", trail(strings.Replace(bad, `"eventTime":"2026`, `"eventTime":"`+secret, 1), `"`+secret+`"`, record(1))) // of which only the last is a record
	write(t, dir, "broken.json", trail(bad)[:len(bad)])
	write(t, dir, "broken.json.gz", append(gzipped(trail(bad)), secret...))
	s := ingest(t, lake, pipeline.Options{}, dir)
	if s.Records.Written != 7 || s.Records.Quarantined != 2 || s.Objects.Quarantined != 2 {
		t.Fatalf("%s\n%+v", s, s.Quarantine)
	}
	if text := fmt.Sprintf("%s %+v", s, s.Quarantine); strings.Contains(text, secret) {
		t.Errorf("a token is told: %s", text)
	}
	err := filepath.WalkDir(lake, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("a token reached %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	redacted := 0
	for _, row := range events(t, lake) {
		text := canonical(row)
		if strings.Contains(text, secret) {
			t.Errorf("a token reached the lake: %s", text)
		}
		if strings.Contains(text, "REDACTED") {
			redacted++
		}
	}
	if redacted != 7 {
		t.Errorf("%d rows with a redacted token", redacted)
	}
}
