package termfit

// Style is how a text stands on a terminal. The zero value leaves it as it is.
type Style string

// The styles, as ANSI terminals know them. They can be put together: Strong + Red.
const (
	Green  Style = "\x1b[32m"
	Yellow Style = "\x1b[33m"
	Red    Style = "\x1b[31m"
	Faint  Style = "\x1b[2m"
	Strong Style = "\x1b[1m"

	none = "\x1b[0m"
)

// Paint is s in a style, where colours are allowed.
func (style Style) Paint(colour bool, s string) string {
	if !colour || style == "" || s == "" {
		return s
	}
	return string(style) + s + none
}
