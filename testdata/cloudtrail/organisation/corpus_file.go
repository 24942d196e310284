package organisation

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/klauspost/compress/gzip"
)

// corpusRole is a role of a corpus with the parts of its identity ready made.
type corpusRole struct {
	account, name, id, arn string
	operations             [12]int // what the role does, indexes of the table
	service                string  // host that assumes it
}

var corpusServices = []string{"lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "ec2.amazonaws.com", "glue.amazonaws.com", "states.amazonaws.com"}

func newCorpusRole(r *rand.Rand, account, number int) corpusRole {
	var role corpusRole
	role.account = strconv.FormatInt(100_000_000_000+int64(account)*1001, 10)
	role.name = pickFrom(r, "orders", "billing", "search", "media", "login", "ledger", "export", "report") + "-" +
		pickFrom(r, "api", "worker", "batch", "deploy", "admin", "reader") + "-" + strconv.Itoa(number)
	role.id = string(appendLetters([]byte("AROA"), r, base32Digits, 17))
	path := pickFrom(r, "/", "/", "/", "/team/data/", "/service/")
	role.arn = "arn:aws:iam::" + role.account + ":role" + path + role.name
	role.service = corpusServices[r.IntN(len(corpusServices))]
	for i := range role.operations {
		role.operations[i] = r.IntN(400)
	}
	return role
}

func pickFrom(r *rand.Rand, options ...string) string { return options[r.IntN(len(options))] }

// appendLetters appends n random characters of an alphabet, ten from each draw:
// six bits are enough for alphabets of up to 64.
func appendLetters(out []byte, r *rand.Rand, alphabet string, n int) []byte {
	var bits uint64
	for i := range n {
		if i%10 == 0 {
			bits = r.Uint64()
		}
		out = append(out, alphabet[int(bits&63)*len(alphabet)>>6])
		bits >>= 6
	}
	return out
}

// corpusWriter makes files, one at a time; its buffers are used again.
type corpusWriter struct {
	*corpus
	random *rand.Rand
	source *rand.PCG
	out    []byte
	zipped bytes.Buffer
	zip    *gzip.Writer
	event  uint64 // number of the next event within the corpus
}

func newCorpusWriter(c *corpus) *corpusWriter {
	source := rand.NewPCG(0, 0)
	return &corpusWriter{corpus: c, source: source, random: rand.New(source)}
}

var corpusRegions = []string{"us-east-1", "us-east-1", "eu-west-1", "eu-west-1", "eu-central-1", "us-west-2", "ap-southeast-2"}

// file makes one log file: its key and its bytes, valid until the next call.
func (w *corpusWriter) file(j job) (key string, content []byte, err error) {
	w.source.Seed(w.Seed+1, uint64(j.file))
	r := w.random
	w.event = uint64(j.first)
	// Small accounts log less: the square of a uniform draw prefers low numbers.
	u := r.Float64()
	account := int(u * u * float64(w.Accounts))
	region := corpusRegions[r.IntN(len(corpusRegions))]
	delivered := w.start.AddDate(0, 0, r.IntN(w.Days)).Add(time.Duration(r.IntN(288)) * 5 * time.Minute)

	w.out = append(w.out[:0], `{"Records":[`...)
	for left := j.count; left > 0; {
		left -= w.session(account, region, delivered.Add(-10*time.Minute), left)
	}
	w.out = append(w.out[:len(w.out)-1], "]}"...)

	name := string(appendLetters(nil, r, base62Digits, 16))
	key = logKey(organisationID+"/", w.roles[account][0].account, "CloudTrail", region, delivered, name)
	if !w.Gzip {
		return key[:len(key)-len(".gz")], w.out, nil
	}
	content, err = w.compress(w.out)
	return key, content, err
}

// compress gzips at the level of CloudTrail's own files (about 6:1).
func (w *corpusWriter) compress(content []byte) ([]byte, error) {
	w.zipped.Reset()
	if w.zip == nil {
		w.zip, _ = gzip.NewWriterLevel(&w.zipped, 2) // 2 is a valid level
	}
	w.zip.Reset(&w.zipped)
	w.zip.ModTime = time.Unix(0, 0)
	if _, err := w.zip.Write(content); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	if err := w.zip.Close(); err != nil {
		return nil, fmt.Errorf("closing gzip writer: %w", err)
	}
	return w.zipped.Bytes(), nil
}
