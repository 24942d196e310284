package cloudtrail

import (
	"bufio"
	"encoding/json"
	"io"
)

// walkLines reads a document line by line if its first line is a JSON object of
// its own and others follow, so that a broken line costs only itself.
func (d *Decoder) walkLines(r io.Reader, refusal error) error {
	d.reader.normal, d.window = true, window{}
	lines := bufio.NewReaderSize(r, 64<<10)
	offset := skipBOM(lines)
	line, err := d.readLine(lines)
	if err != nil && err != io.EOF {
		return err
	}
	first := trimSpace(line)
	if _, end := lines.Peek(1); end != nil || len(first) == 0 || first[0] != '{' || !json.Valid(first) {
		return refusal
	}
	for {
		if err := d.line(line, offset); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
		offset += int64(len(line))
		if line, err = d.readLine(lines); err != nil && err != io.EOF {
			return err
		}
	}
}

func (d *Decoder) line(line []byte, offset int64) error {
	text := trimSpace(line)
	offset += int64(skipSpace(line, 0))
	if err := d.withinSize(len(text), offset); err != nil {
		return err
	}
	switch {
	case len(text) == 0:
		return nil
	case !json.Valid(text):
		return d.bad(flawBrokenLine, offset, text)
	}
	return d.slowElement(text, offset)
}

// readLine returns the next line, or as much of it as shows that it is too long.
// White space that a line begins with may come as a line of its own.
func (d *Decoder) readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
		text := len(trimSpace(line))
		if text == 0 || text > d.limits.RecordSize || len(line) > 2*d.limits.RecordSize {
			return line, nil
		}
	}
}
