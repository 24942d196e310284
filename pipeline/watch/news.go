package watch

import (
	"context"
	"sync"
)

// newsOf returns a channel that tells when something new may be in the sources, until ctx
// ends; stop waits for that and gives back the messages that were not settled.
func newsOf(ctx context.Context, sources []Source) (news <-chan struct{}, stop func()) {
	told := make(chan struct{}, 1)
	stopFolders := folderNews(sources, told)
	var receiving sync.WaitGroup
	for _, s := range sources {
		if n := s.notices(); n != nil {
			receiving.Go(func() { n.Run(ctx) })
			receiving.Go(func() { pass(ctx, n.News(), told) })
		}
	}
	return told, func() {
		stopFolders()
		receiving.Wait()
		for _, s := range sources {
			if n := s.notices(); n != nil {
				n.GiveBack()
			}
		}
	}
}

// pass passes news on until ctx ends.
func pass(ctx context.Context, from <-chan struct{}, to chan<- struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-from:
			tell(to)
		}
	}
}

// tell tells, unless that is told already.
func tell(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}
