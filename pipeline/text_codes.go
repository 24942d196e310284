package pipeline

import (
	"cmp"
	"slices"

	"roletrail/parquet"
)

// textCodes gives texts codes, and in the end their ranks.
type textCodes struct {
	texts    []string
	codes    map[string]int32
	last     string // text of lastCode: equal ones lie together
	lastCode int32
}

func newTextCodes() textCodes { return textCodes{codes: map[string]int32{}} }

func (c *textCodes) code(text []byte) int32 {
	if len(c.texts) > 0 && c.last == string(text) {
		return c.lastCode
	}
	code, known := c.codes[string(text)]
	if !known {
		code = int32(len(c.texts))
		c.texts = append(c.texts, string(text))
		c.codes[c.texts[code]] = code
	}
	c.last, c.lastCode = c.texts[code], code
	return code
}

// translate makes of the dictionary of a column a list of codes, in a buffer.
func (c *textCodes) translate(codes []int32, dict [][]byte) []int32 {
	codes = codes[:0]
	for _, text := range dict {
		codes = append(codes, c.code(text))
	}
	return codes
}

// translated is the code that a row of a column has by the translation of its dictionary;
// noCode where it is NULL.
func translated(translation []int32, column *parquet.Values, row int) int32 {
	if column.Codes == nil || column.Codes[row] == noCode {
		return noCode
	}
	return translation[column.Codes[row]]
}

// codeOf is the code of a text in a dictionary, noCode if it has none.
func codeOf(dict [][]byte, text string) int32 {
	return int32(slices.IndexFunc(dict, func(known []byte) bool { return string(known) == text }))
}

// text is the text of a code, nil for noCode.
func (c *textCodes) text(code int32) any {
	if code == noCode {
		return nil
	}
	return c.texts[code]
}

// ranks are the places of the codes' texts in their order.
func (c *textCodes) ranks() []int32 {
	order := make([]int32, len(c.texts))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(c.texts[a], c.texts[b]) })
	ranks := make([]int32, len(order))
	for rank, code := range order {
		ranks[code] = int32(rank)
	}
	return ranks
}

// rankOf is the rank of a code; noCode stands before all.
func rankOf(ranks []int32, code int32) int32 {
	if code == noCode {
		return noCode
	}
	return ranks[code]
}
