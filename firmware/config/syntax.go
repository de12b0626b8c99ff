package config

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	syntaxLine = regexp.MustCompile(`^(?:yaml: )?(?:line ([0-9]+): )?(.*)`)
	quoted     = regexp.MustCompile(` '[^']{2,}'`) // may be a secret that was not quoted; punctuation is none

	// parsers are the problems of the library's parser, which counts lines from 0; its scanner counts them from 1.
	parsers = regexp.MustCompile(`^did not find expected (node content|key$|'-' indicator|',' or|<)`)
)

// syntax reports an error of the YAML library in our own form.
func (r *reader) syntax(at place, data []byte, err error) {
	m := syntaxLine.FindStringSubmatch(err.Error())
	lines := strings.Split(strings.TrimRight(string(data), "\r\n"), "\n")
	at.line, at.col = 1, 1
	if n, err := strconv.Atoi(m[1]); err == nil {
		at.line = n
		if parsers.MatchString(m[2]) {
			at.line++
		}
		at.line = min(at.line, len(lines)) // what ends too early is mended at its end
	}
	line := lines[at.line-1]
	blank := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if tab := strings.IndexByte(blank, '\t'); tab >= 0 {
		at.col = tab + 1
		r.add(at, kindTab, "")
		return
	}
	r.add(at, kindSyntax, "", quoted.ReplaceAllString(m[2], ""))
}
