package action

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// The packed text: a first line with what it is and its date, then a line per
// action, its parts separated by tabs: "service:Name", the letter of its level, the
// resource types joined with commas.
const packedTitle = "roletrail action catalogue 1 "

// maxPacked limits the packed text, which holds about 1 MB today.
const maxPacked = 16 << 20

// Unpack reads a catalogue as the generator packs it: the gzip of a text. It is
// strict: anything else is an error that names the line.
func Unpack(blob []byte) (*Catalogue, error) {
	text, err := inflate(blob)
	if err != nil {
		return nil, err
	}
	title, rest, ok := strings.Cut(text, "\n")
	date, known := strings.CutPrefix(title, packedTitle)
	if !ok || !known {
		return nil, errors.New("line 1 is not the title of a catalogue")
	}
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return nil, fmt.Errorf("line 1: %q is no date", shorten(date))
	}
	entries := make([]entry, 0, min(strings.Count(rest, "\n"), maxActions))
	for n := 2; rest != ""; n++ {
		var line string
		if line, rest, ok = strings.Cut(rest, "\n"); !ok {
			return nil, fmt.Errorf("line %d has no end", n)
		}
		e, err := unpackLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if entries = append(entries, e); len(entries) > maxActions {
			return nil, fmt.Errorf("it has more than %d actions", maxActions)
		}
	}
	return build(day, entries, nil)
}

func unpackLine(line string) (e entry, err error) {
	name, rest, ok1 := strings.Cut(line, "\t")
	letter, resources, ok2 := strings.Cut(rest, "\t")
	if !ok1 || !ok2 {
		return e, errors.New("it has not three parts separated by tabs")
	}
	level := strings.Index(levelLetters, letter)
	if len(letter) != 1 || level < 0 {
		return e, fmt.Errorf("%q is no level", shorten(letter))
	}
	return entry{name: name, level: uint8(level), resources: resources}, nil
}

// inflate takes one gzip member without anything behind it. One copy of the text
// is made, which names and resource types of the catalogue share.
func inflate(blob []byte) (string, error) {
	source := bytes.NewReader(blob)
	z, err := gzip.NewReader(source)
	if err != nil {
		return "", err
	}
	z.Multistream(false)
	var text strings.Builder
	text.Grow(1 << 20)
	n, err := io.Copy(&text, io.LimitReader(z, maxPacked+1))
	switch {
	case err != nil:
		return "", err
	case n > maxPacked:
		return "", fmt.Errorf("it holds more than %d bytes", maxPacked)
	case source.Len() > 0:
		return "", errors.New("bytes follow the gzip member")
	}
	return text.String(), nil
}
