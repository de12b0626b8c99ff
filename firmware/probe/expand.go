package probe

import (
	"errors"
	"net/url"
	"strings"

	"edgeprobe.io/firmware"
)

const (
	openName  = "${"
	closeName = "}"
)

// CapturedNames returns the names that a text of [firmware.StepCheck] uses as ${name}, in their order. The error says
// how to write one.
func CapturedNames(text string) (names []string, err error) {
	err = eachPiece(text, func(_, name string) { names = append(names, name) })
	return names, err
}

// eachPiece calls visit for each ${name} with the text before it.
func eachPiece(text string, visit func(before, name string)) error {
	at := 0
	for {
		i := strings.Index(text[at:], openName)
		if i < 0 {
			return nil
		}
		from := at + i + len(openName)
		n := strings.Index(text[from:], closeName)
		if n < 0 || firmware.ValidName(text[from:from+n]) != nil {
			return errors.New("a captured value is written ${name}, its name of a-z, 0-9 and inner dashes")
		}
		visit(text[at:from-len(openName)], text[from:from+n])
		at = from + n + len(closeName)
	}
}

// expand puts captured values into a text as they are. The text was found to be well written before.
func (v values) expand(text string) string {
	return v.expandBy(text, func(_, value string) string { return value })
}

// expandURL puts captured values into a URL. One that the URL begins with is a URL itself; any other is data, and
// escaped so that it leads nowhere else.
func (v values) expandURL(text string) string {
	return v.expandBy(text, func(before, value string) string {
		switch {
		case before == "":
			return value
		case strings.Contains(before, "?"):
			return url.QueryEscape(value)
		}
		return url.PathEscape(value)
	})
}

func (v values) expandBy(text string, escape func(before, value string) string) string {
	var b strings.Builder
	rest := 0
	_ = eachPiece(text, func(before, name string) {
		b.WriteString(before)
		b.WriteString(escape(b.String(), v[name]))
		rest += len(before) + len(openName) + len(name) + len(closeName)
	})
	return b.String() + text[rest:]
}

// Example returns a URL of [firmware.StepCheck] with something in place of its captured values.
func Example(text string) string {
	v := values{}
	names, _ := CapturedNames(text) // as far as they can be read
	for i, name := range names {
		v[name] = "0"
		if i == 0 && strings.HasPrefix(text, openName) {
			v[name] = "https://captured.invalid/"
		}
	}
	return v.expandURL(text)
}

// CapturesHost reports whether a captured value would be a part of a URL's host: it may be data, or a whole URL whose
// host is then looked up among those allowed, and nothing in between.
func CapturesHost(text string) bool {
	if !strings.Contains(text, openName) {
		return false
	}
	if strings.HasPrefix(text, openName) {
		_, rest, _ := strings.Cut(text, closeName)
		return rest != "" && !strings.ContainsAny(rest[:1], "/?")
	}
	_, after, _ := strings.Cut(text, "://")
	if i := strings.IndexAny(after, "/?#"); i >= 0 {
		after = after[:i]
	}
	return strings.Contains(after, openName) || !strings.Contains(text, "://")
}
