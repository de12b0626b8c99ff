package screen

import (
	"strings"
	"unicode"
)

// clean replaces what could move the cursor or turn the writing round: a name from afar is only text here.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// fit returns s cleaned and in exactly w cells, cut with an ellipsis or filled with spaces. Every printable rune
// counts as one cell: our words are plain Latin.
func fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	r := []rune(clean(s))
	if len(r) > w {
		return string(r[:w-1]) + "…"
	}
	return string(r) + strings.Repeat(" ", w-len(r))
}
