package cloudtrail

// walk reads the document with the scanner.
func (d *Decoder) walk() error {
	w := &d.window
	for values := 0; ; values++ {
		ok, err := w.space()
		if err != nil {
			return err
		}
		if !ok {
			if values == 0 {
				return &SyntaxError{Problem: "the file is empty", Offset: w.base}
			}
			return nil
		}
		if err := d.topLevel(); err != nil {
			return err
		}
	}
}

// topLevel reads one value of the document: a container or, in NDJSON, a line.
func (d *Decoder) topLevel() error {
	w := &d.window
	switch w.buf[w.at] {
	case '[':
		w.at++
		return d.elements()
	case '{':
		isTrail, err := d.enterRecords()
		if err != nil {
			return err
		}
		if !isTrail {
			return d.element()
		}
		if err := d.elements(); err != nil {
			return err
		}
		return d.leaveRecords()
	}
	return &SyntaxError{Problem: "neither JSON nor gzip", Offset: w.offset(w.at)}
}

// enterRecords steps into {"Records":[, or into {"Events":[ as LookupEvents
// answers, and reports whether that is what starts here. Otherwise it leaves the
// window's place alone.
func (d *Decoder) enterRecords() (bool, error) {
	w := &d.window
	for {
		key, at := firstKey(w.buf, w.at)
		if at >= 0 && at < len(w.buf) {
			if !isContainerKey(key) || w.buf[at] != '[' {
				return false, nil
			}
			size, offset := at-w.at, w.offset(w.at)
			w.at = at + 1
			return true, d.withinSize(size, offset)
		}
		if at < 0 && at != scanEnd {
			return false, nil
		}
		if ok, err := w.more(w.at); err != nil || !ok {
			return false, err
		}
	}
}

// firstKey reads an object's first key, and returns the index of its value.
func firstKey(b []byte, i int) (key []byte, next int) {
	key, escaped, next := skipKey(b, skipSpace(b, i+1))
	if escaped && next >= 0 {
		return nil, scanSurprise
	}
	return key, next
}

func isContainerKey(key []byte) bool { return string(key) == "Records" || string(key) == "Events" }

// leaveRecords reads what follows the array in {"Records":[…]}: further members,
// which say nothing of the records.
func (d *Decoder) leaveRecords() error {
	w := &d.window
	for {
		if ok, err := w.space(); err != nil || !ok {
			return orEarlyEnd(err, w)
		}
		c := w.buf[w.at]
		w.at++
		if c == '}' {
			return nil
		}
		if c != ',' {
			return &SyntaxError{Problem: "invalid JSON", Offset: w.offset(w.at - 1)}
		}
		if ok, err := w.space(); err != nil || !ok {
			return orEarlyEnd(err, w)
		}
		member, err := d.skip(d.skipTail)
		if err == nil {
			err = d.withinSize(len(member), w.offset(w.at-len(member)))
		}
		if err != nil {
			return err
		}
	}
}

// skipTail reads over a member behind the array of records.
func (d *Decoder) skipTail(b []byte, i int) int {
	key, escaped, at := skipKey(b, i)
	if at < 0 {
		return at
	}
	if escaped || isContainerKey(key) {
		return scanSurprise
	}
	return d.skipElement(b, at)
}

func (d *Decoder) skipElement(b []byte, i int) int {
	return d.reader.scan.skipValue(b, i, d.limits.Depth)
}

// skip runs a scanner function at the window's place until it has enough text,
// and returns what it read over.
func (d *Decoder) skip(scan func(b []byte, i int) int) ([]byte, error) {
	w := &d.window
	for {
		next := scan(w.buf, w.at)
		// A scalar that ends with the window may go on behind it.
		if next >= 0 && (next < len(w.buf) || w.r == nil) {
			raw := w.buf[w.at:next:next]
			w.at = next
			return raw, nil
		}
		if next >= 0 {
			next = scanEnd
		}
		if err := d.scanFailed(next); err != nil {
			return nil, err
		}
	}
}

// scanFailed turns a scanner's result into an error, or reads on if the window
// was too short, in which case it returns nil.
func (d *Decoder) scanFailed(code int) error {
	w := &d.window
	switch code {
	case scanSyntax:
		return &SyntaxError{Problem: "invalid JSON", Offset: w.offset(w.at)}
	case scanDepth:
		return d.tooDeep(w.offset(w.at))
	case scanSurprise:
		return errSurprise
	}
	if ok, err := w.more(w.at); err != nil || !ok {
		return orEarlyEnd(err, w)
	}
	return nil
}

func orEarlyEnd(err error, w *window) error {
	if err != nil {
		return err
	}
	return &SyntaxError{Problem: "the JSON ends too early", Offset: w.offset(len(w.buf))}
}

// elements reads the elements of an array up to its closing bracket.
func (d *Decoder) elements() error {
	w := &d.window
	for first := true; ; first = false {
		if ok, err := w.space(); err != nil || !ok {
			return orEarlyEnd(err, w)
		}
		switch c := w.buf[w.at]; {
		case c == ']':
			w.at++
			return nil
		case first:
		case c == ',':
			w.at++
			if ok, err := w.space(); err != nil || !ok {
				return orEarlyEnd(err, w)
			}
		default:
			return &SyntaxError{Problem: "invalid JSON", Offset: w.offset(w.at)}
		}
		if err := d.element(); err != nil {
			return err
		}
	}
}

// element reads one element at the window's place.
func (d *Decoder) element() error {
	w := &d.window
	d.forget()
	for w.buf[w.at] == '{' {
		rec := d.slot()
		next, known := d.reader.read(w.buf, w.at, rec)
		if next >= 0 {
			raw := w.buf[w.at:next:next]
			offset := w.offset(w.at)
			w.at = next
			return d.judge(rec, raw, raw, offset, known, 0)
		}
		if next == scanDepth {
			break
		}
		if err := d.scanFailed(next); err != nil {
			return err
		}
	}
	return d.otherElement()
}

// jsonDepth is how deep encoding/json reads, and what is read over to get behind
// an element that is nested too deeply. A document with a deeper one is refused.
const jsonDepth = 10_000

// otherElement reads over an element that is no object or nested too deeply.
func (d *Decoder) otherElement() error {
	raw, err := d.skip(func(b []byte, i int) int { return d.reader.scan.skipValue(b, i, jsonDepth) })
	if err != nil {
		return err
	}
	offset := d.window.offset(d.window.at - len(raw))
	if err := d.withinSize(len(raw), offset); err != nil {
		return err
	}
	if !d.withinDepth(raw) {
		return d.bad(d.flawTooDeep(), offset, raw)
	}
	return d.notObject(raw, offset)
}
