package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"roletrail/iam/action"
)

// Limits of AWS's service reference. Today it has some 450 files of at most a few MB.
const (
	maxReferenceFiles = 5_000
	maxReferenceFile  = 32 << 20
	referenceTimeout  = time.Minute // for one file
	referenceWorkers  = 8
)

// ReadReference reads AWS's service reference from a folder, all .json files in it
// and below, or from the http or https URL of its index. Files that are JSON but
// describe no service (the index, mapping.json) are passed over.
func ReadReference(ctx context.Context, source string) ([]*action.Reference, error) {
	read := readReferenceFolder
	if IsURL(source) {
		read = fetchReference
	}
	services, err := read(ctx, source)
	if err != nil {
		return nil, stopped(ctx, err)
	}
	if len(services) == 0 {
		err = fmt.Errorf("reading the service reference %q: no file in it describes a service", source)
	}
	return services, err
}

// IsURL says whether a source is to be fetched.
func IsURL(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}

func readReferenceFolder(ctx context.Context, dir string) (services []*action.Reference, err error) {
	root, err := filepath.EvalSymlinks(dir) // which WalkDir does not follow
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the service reference %q: there is no such folder; name one with its files, or the URL of its index", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the service reference: %w", err)
	}
	files := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.Type().IsRegular() || !strings.HasSuffix(d.Name(), ".json") {
			return ctx.Err()
		}
		if files++; files > maxReferenceFiles {
			return fmt.Errorf("it has more than %d .json files", maxReferenceFiles)
		}
		service, err := readReferenceFile(path)
		if err != nil {
			return fmt.Errorf("file %q: %w", path, err)
		}
		if service != nil {
			services = append(services, service)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("reading the service reference: %w", err)
	}
	return services, nil
}

func readReferenceFile(path string) (*action.Reference, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := readAtMost(file)
	if err != nil {
		return nil, err
	}
	service, err := action.ParseReference(text)
	if errors.Is(err, action.ErrNoService) {
		return nil, nil
	}
	return service, err
}

func readAtMost(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxReferenceFile+1))
	if err == nil && len(text) > maxReferenceFile {
		err = fmt.Errorf("it has more than %d bytes", maxReferenceFile)
	}
	return text, err
}

// fetchReference fetches the index and then the file of each service, from no other
// host than the index's.
func fetchReference(ctx context.Context, index string) ([]*action.Reference, error) {
	base, err := url.Parse(index)
	if err != nil {
		return nil, fmt.Errorf("reading the service reference: %w", err)
	}
	client := &http.Client{Timeout: referenceTimeout, CheckRedirect: stayWith(base)}
	text, err := fetch(ctx, client, index)
	if err != nil {
		return nil, err
	}
	entries, err := action.ParseIndex(text)
	if err != nil {
		return nil, fmt.Errorf("reading the index %q of the service reference: %w; is it the index's URL?", index, err)
	}
	urls := make([]string, len(entries))
	for i, e := range entries {
		u, err := base.Parse(e.URL)
		if err != nil || u.Scheme != base.Scheme || u.Host != base.Host {
			return nil, fmt.Errorf("reading the index %q of the service reference: service %q lies elsewhere, at %q", index, e.Service, e.URL)
		}
		urls[i] = u.String()
	}
	return fetchAll(ctx, client, urls)
}

// stayWith follows redirects within the host alone.
func stayWith(base *url.URL) func(*http.Request, []*http.Request) error {
	return func(to *http.Request, via []*http.Request) error {
		if to.URL.Host != base.Host || to.URL.Scheme != base.Scheme || len(via) > 5 {
			return fmt.Errorf("it redirects to %q", to.URL)
		}
		return nil
	}
}

// fetchAll fetches the files of services, several at a time. The first error ends
// it.
func fetchAll(ctx context.Context, client *http.Client, urls []string) ([]*action.Reference, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	services := make([]*action.Reference, len(urls))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(referenceWorkers, len(urls)) {
		workers.Go(func() {
			for i := range next {
				var err error
				if services[i], err = fetchService(ctx, client, urls[i]); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range urls {
		next <- i
	}
	close(next)
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return services, nil
}

func fetchService(ctx context.Context, client *http.Client, address string) (*action.Reference, error) {
	text, err := fetch(ctx, client, address)
	if err != nil {
		return nil, err
	}
	service, err := action.ParseReference(text)
	if err != nil {
		return nil, fmt.Errorf("reading %q of the service reference: %w", address, err)
	}
	return service, nil
}

// fetch gets a file.
func fetch(ctx context.Context, client *http.Client, address string) (text []byte, err error) {
	defer func() {
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("fetching %q of the service reference: %w; try again, or save its files in a folder and give that", address, err)
		}
	}()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, unwrapURL(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %s", answer.Status)
	}
	return readAtMost(answer.Body)
}

// unwrapURL takes the URL out of an error of net/http, which fetch names itself.
func unwrapURL(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
