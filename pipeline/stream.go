package pipeline

import (
	"errors"
	"io"

	"roletrail/cloudtrail"
)

// stream reads a large object in two passes, see cloudtrail.Decoder. Records of the
// second are taken at once, so what goes wrong there spoils the object.
func (w *worker) stream(o *outcome) error {
	passes := passes{open: o.object.Open, size: o.object.Size, inflate: &w.inflate}
	defer func() { o.effort += passes.read() }()
	defer passes.close()
	var refused error // for which record ended the reading
	doc, err := w.decoder.Stream(passes.next, cloudtrail.FamilyOfFolder(o.object.Name), func(rec *cloudtrail.Record) error {
		w.turns.await(o.object.turn)
		var isNew bool
		if isNew, refused = w.claimOne(o, rec); refused == nil {
			refused = w.record(o, rec, isNew)
		}
		return refused
	})
	switch {
	case refused != nil:
		return refused
	case err != nil && o.read() > 0:
		return changed(err)
	case err != nil:
		return err
	case o.read() > 0 && !passes.alike():
		return errChanged
	}
	o.inflated = passes.last(0).read
	w.finish(o, doc)
	return nil
}

var errChanged = &badObject{"it changed while it was read"}

// changed is why a second pass failed where the first did not: an error of what the
// object holds says that it holds something else by now.
func changed(err error) error {
	var syntax *cloudtrail.SyntaxError
	var limit *cloudtrail.LimitError
	var bad *badObject
	if errors.As(err, &syntax) || errors.As(err, &limit) || errors.As(err, &bad) {
		return errChanged
	}
	return err
}

// passes are the readings of one object.
type passes struct {
	open    func() (io.ReadCloser, error)
	size    int64
	inflate *inflater
	opened  []io.Closer
	texts   []*limitedReader
}

func (p *passes) next() (io.Reader, error) {
	r, err := p.open()
	if err != nil {
		return nil, err
	}
	p.opened = append(p.opened, r)
	text, err := p.inflate.stream(r, p.size)
	if err != nil {
		return nil, err
	}
	p.texts = append(p.texts, text)
	return text, nil
}

// read is how many bytes all passes inflated.
func (p *passes) read() (n int64) {
	for _, text := range p.texts {
		n += text.read
	}
	return n
}

// last is one of the last passes, 0 being the last.
func (p *passes) last(i int) *limitedReader { return p.texts[len(p.texts)-1-i] }

// alike reports whether the last two passes read the same.
func (p *passes) alike() bool {
	a, b := p.last(1), p.last(0)
	return a.read == b.read && a.sum.Sum64() == b.sum.Sum64()
}

func (p *passes) close() {
	for _, c := range p.opened {
		c.Close()
	}
}
