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

// wrap returns s cleaned in lines of at most w cells, broken between words where there are any; the lines after the
// first are set in a little.
func wrap(s string, w int) (lines []string) {
	const inset = "    "
	w = max(w, 2*len(inset))
	r := []rune(strings.TrimRightFunc(clean(s), unicode.IsSpace))
	for len(r) > w {
		cut := w
		for i := w; i > w/2; i-- {
			if r[i] == ' ' {
				cut = i
				break
			}
		}
		lines = append(lines, string(r[:cut]))
		r = []rune(inset + strings.TrimLeft(string(r[cut:]), " "))
	}
	return append(lines, string(r))
}
