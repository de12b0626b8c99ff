package config

import (
	"regexp"
	"strings"

	"edgeprobe.io/firmware/config/syntax"
)

// quoted may be a secret that was not quoted; punctuation is none.
var quoted = regexp.MustCompile(` '[^']{2,}'`)

// syntax reports an error of the YAML library in our own form.
func (r *reader) syntax(at place, data []byte, err error) {
	told, what := syntax.Where(data, err)
	at.line, at.col = told, 1
	line := strings.Split(string(data), "\n")[at.line-1]
	blank := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if tab := strings.IndexByte(blank, '\t'); tab >= 0 {
		at.col = tab + 1
		r.add(at, kindTab, "")
		return
	}
	r.add(at, kindSyntax, "", quoted.ReplaceAllString(what, ""))
}
