package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"roletrail/pipeline"
)

// Source is a source of all objects below a prefix of a bucket: of a trail, of an
// organisation's, or of any other place. Below the folders of a trail (…/AWSLogs/[o-…/]
// ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/) months are listed side by side.
type Source struct {
	Client Client
	Bucket string
	// Prefix is that of the keys, as it is: "logs" is also that of "logs-2/x".
	Prefix string
	// Since and Until leave out objects whose key lies in the folder of a day before the
	// first or from [LateDelivery] after the second on. The zero time is no bound.
	Since, Until time.Time
	// Newest says that Since is not long ago: then what a Region has since that day is listed in one go, and
	// not by its years and months, of which each takes a request. It leaves out what lies in the folder of a
	// Region and in none of a year, if its name comes before the years.
	Newest bool
	// RequesterPays agrees to pay for the requests, without which such a bucket refuses.
	RequesterPays bool
}

// LateDelivery is how long after the events of a window their log files are still looked
// for. CloudTrail delivers within minutes as a rule, and for 30 days after an outage; the
// folders of keys bear the day of delivery (P17).
const LateDelivery = 30 * 24 * time.Hour

// Client is what a source asks of S3.
type Client interface {
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// listers is how many lists are asked for at a time.
const listers = 16

// ErrNoObjects says that nothing lies below a prefix, which is more often a wrong one
// than a wish.
var ErrNoObjects = errors.New("it holds no objects")

// URL is how people name the source.
func (s *Source) URL() string { return "s3://" + s.Bucket + "/" + s.Prefix }

// List implements [pipeline.Source]. Where a folder cannot be listed, the others are all the same. The end of ctx
// ends the listing; objects that are being
// read then are read to their end, as files are, for else they would look as if they could
// not be.
func (s *Source) List(ctx context.Context, fn func(pipeline.Object) error) error {
	w, cancel := newWalk(ctx, s)
	defer cancel()
	count, err := 0, error(nil)
	for page := range w.found {
		count += len(page)
		for i := range page {
			if err != nil {
				break
			}
			if err = fn(page[i]); err != nil {
				cancel()
			}
		}
	}
	if err == nil {
		err = w.failure()
	}
	if err == nil && count == 0 {
		err = ErrNoObjects
	}
	if err != nil {
		return fmt.Errorf("listing source %q: %w", s.URL(), err)
	}
	return nil
}

// listing is where the objects of a list lie. They are opened with the context of the run.
type listing struct {
	*Source
	ctx  context.Context
	bare atomic.Bool // the server writes ETags without quotes
}

// OpenObject implements [pipeline.Place].
func (l *listing) OpenObject(name, tag string, size int64) (io.ReadCloser, error) {
	key, err := l.key(name)
	if err != nil {
		return nil, err
	}
	if tag != "" && !l.bare.Load() {
		tag = `"` + tag + `"`
	}
	return openObject(l.ctx, l.Source, key, "", tag, size)
}

// object is one that a list names.
func (l *listing) object(o *types.Object) pipeline.Object {
	name, tag, size := l.name(aws.ToString(o.Key)), tagOf(aws.ToString(o.ETag)), aws.ToInt64(o.Size)
	if tag == aws.ToString(o.ETag) {
		l.bare.Store(true)
	}
	return pipeline.Object{
		Name:     name,
		Size:     size,
		Modified: aws.ToTime(o.LastModified).UnixNano(),
		Tag:      tag,
		Remote:   true,
		Place:    l,
		Open:     func() (io.ReadCloser, error) { return l.OpenObject(name, tag, size) },
	}
}

// walk lists folders side by side.
type walk struct {
	source *Source
	at     *listing
	found  chan []pipeline.Object // pages: neighbours are alike, and wait in little room as such

	mu      sync.Mutex
	more    *sync.Cond
	pending []string // folders
	busy    int      // that are being listed
	failed  int      // that cannot be listed
	err     error    // of the first of them
	over    bool     // no more are listed
}

// mostFailed is how many folders may fail before a list is given up: then it is not they, but the network or the
// rights.
const mostFailed = 16

func newWalk(ctx context.Context, source *Source) (*walk, context.CancelFunc) {
	inTime, cancel := context.WithCancel(ctx)
	w := &walk{source: source, at: &listing{Source: source, ctx: context.WithoutCancel(ctx)}, found: make(chan []pipeline.Object, 1), pending: []string{source.Prefix}}
	w.more = sync.NewCond(&w.mu)
	var working sync.WaitGroup
	for range listers {
		working.Go(func() { w.lister(inTime, cancel) })
	}
	go func() {
		working.Wait()
		close(w.found)
	}()
	return w, cancel
}

// lister lists folders until all are listed, or there is no use in it.
func (w *walk) lister(ctx context.Context, cancel context.CancelFunc) {
	for {
		folder, ok := w.take()
		if !ok {
			return
		}
		below, err := w.list(ctx, folder)
		if w.done(ctx, below, err) {
			cancel()
		}
	}
}

func (w *walk) take() (folder string, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.pending) == 0 && w.busy > 0 && !w.over {
		w.more.Wait()
	}
	if len(w.pending) == 0 || w.over {
		return "", false
	}
	last := len(w.pending) - 1
	folder = w.pending[last] // the deepest first, so that few wait
	w.pending = w.pending[:last]
	w.busy++
	return folder, true
}

// done takes note of a folder, and says whether that is the end.
func (w *walk) done(ctx context.Context, below []string, err error) (over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy--
	w.pending = append(w.pending, below...)
	if err != nil {
		if w.failed++; w.err == nil {
			w.err = err
		}
		w.over = w.over || ctx.Err() != nil || w.failed >= mostFailed
	}
	w.more.Broadcast()
	return w.over
}

// failure says which folder could not be listed, and how many.
func (w *walk) failure() error {
	if w.failed > 1 {
		return fmt.Errorf("%d folders, of which the first: %w", w.failed, w.err)
	}
	return w.err
}

// list finds the objects right in a folder, and the folders below; of a month, and of the newest of a Region, all
// objects below. A page that does not come is asked for again, and the list goes on from there.
func (w *walk) list(ctx context.Context, folder string) (below []string, err error) {
	s := w.source
	ask := s3.ListObjectsV2Input{Bucket: &s.Bucket, Prefix: &folder, RequestPayer: s.payer(), EncodingType: types.EncodingTypeUrl}
	if at := "/" + folder; monthFolder.MatchString(at) || s.Newest && regionFolder.MatchString(at) {
		ask.StartAfter = s.before(folder)
	} else {
		ask.Delimiter = aws.String("/")
	}
	var follow pages
	for {
		page, err := s.Client.ListObjectsV2(ctx, &ask)
		if err == nil {
			err = decode(page)
		}
		if err != nil {
			return nil, explained(fmt.Sprintf("folder %q", folder), s.unpaid(), err)
		}
		for _, p := range page.CommonPrefixes {
			if name := aws.ToString(p.Prefix); s.wants(name) {
				below = append(below, name)
			}
		}
		if found := w.wanted(page.Contents); len(found) > 0 {
			select {
			case w.found <- found:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		if !aws.ToBool(page.IsTruncated) {
			return below, nil
		}
		if err := follow.next(aws.ToString(page.NextContinuationToken), firstOn(page)); err != nil {
			return nil, fmt.Errorf("reading folder %q: %w", folder, err)
		}
		ask.ContinuationToken = page.NextContinuationToken
	}
}

// firstOn is what a page begins with, "" if there is nothing on it.
func firstOn(page *s3.ListObjectsV2Output) string {
	switch {
	case len(page.Contents) > 0:
		return aws.ToString(page.Contents[0].Key)
	case len(page.CommonPrefixes) > 0:
		return aws.ToString(page.CommonPrefixes[0].Prefix)
	}
	return ""
}

// decode gives the keys of a page as they are. They are asked for in an encoding, because a key may have
// characters that XML cannot have, of which one would make all of its page unreadable.
func decode(page *s3.ListObjectsV2Output) (err error) {
	if page.EncodingType != types.EncodingTypeUrl {
		return nil // a server that does not know it
	}
	for i := range page.Contents {
		err = errors.Join(err, decodeKey(page.Contents[i].Key))
	}
	for i := range page.CommonPrefixes {
		err = errors.Join(err, decodeKey(page.CommonPrefixes[i].Prefix))
	}
	return err
}

func decodeKey(key *string) error {
	if key == nil {
		return nil
	}
	plain, err := url.QueryUnescape(*key)
	if err == nil {
		*key = plain
	}
	return err
}

// wanted are the objects of a page that are asked for.
func (w *walk) wanted(page []types.Object) (found []pipeline.Object) {
	for i := range page {
		key := aws.ToString(page[i].Key)
		if strings.HasSuffix(key, "/") || !w.source.wants(key) {
			continue // of a console's empty folder, or of another day
		}
		found = append(found, w.at.object(&page[i]))
	}
	return found
}

// The folders of a trail by time, as far as a key goes into them.
var (
	// regionFolder is one that CloudTrail makes: what is below others may be in another order.
	regionFolder = regexp.MustCompile(`/[0-9]{12}/CloudTrail[^/]*/[a-z]+(?:-[a-z]+)+-[0-9]+/$`)
	monthFolder  = regexp.MustCompile(`/CloudTrail[^/]*/[^/]+/[0-9]{4}/[0-9]{2}/$`)
	folderOfTime = regexp.MustCompile(`/CloudTrail[^/]*/[^/]+/([0-9]{4}(?:/[0-9]{2}){0,2})/`)
)

// wants reports whether a folder or key may belong to the days that are asked for.
func (s *Source) wants(key string) bool {
	found := folderOfTime.FindStringSubmatch("/" + key)
	if found == nil {
		return true
	}
	folder := found[1]
	if !s.Since.IsZero() && folder < s.Since.UTC().Format("2006/01/02")[:len(folder)] {
		return false
	}
	if s.Until.IsZero() {
		return true
	}
	last := s.Until.Add(LateDelivery - 1).UTC().Format("2006/01/02")
	return folder <= last[:len(folder)]
}

// before is what keys in the folder of a Region or month come after that may belong to the days that are asked
// for, nil where all may.
func (s *Source) before(folder string) *string {
	if s.Since.IsZero() {
		return nil
	}
	day := s.Since.UTC().Format("2006/01/02")
	if regionFolder.MatchString("/" + folder) {
		return aws.String(folder + day)
	}
	if rest, ok := strings.CutPrefix(day, folder[len(folder)-len("2006/01/"):]); ok {
		return aws.String(folder + rest)
	}
	return nil
}

func (s *Source) payer() types.RequestPayer {
	if s.RequesterPays {
		return types.RequestPayerRequester
	}
	return ""
}

// unpaid is the next step that is left where a bucket refuses whom it does not know to pay: S3 does not
// tell this refusal from others.
func (s *Source) unpaid() string {
	if s.RequesterPays {
		return ""
	}
	return "; if who asks is to pay there, agree with --requester-pays (ROLETRAIL_REQUESTER_PAYS=true of the function)"
}
