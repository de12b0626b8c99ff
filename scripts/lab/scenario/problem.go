package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Problem is one thing wrong in a file: where, what, and how to mend it.
type Problem struct {
	File   string
	Line   int    // from 1; 0: the file as a whole
	Column int    // from 1, in characters
	Key    string // path from the root, like faults[0].at; "": the root
	What   string // reads on after the key
	Mend   string // an instruction
}

// Error returns the problem as one line: "x.yaml:12:5: faults[0].at: is missing; add it".
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	if p.Key != "" {
		b.WriteString(": " + p.Key)
	}
	return b.String() + ": " + p.What + "; " + p.Mend
}

// Problems are all that is wrong in a file, by position.
type Problems []Problem

// Error returns one line per problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// maxProblems bounds what one reading reports.
const maxProblems = 50

// place is where in the file something stands.
type place struct {
	node *yaml.Node // nil: the file as a whole
	key  string
}

// under returns the place of a value below, which stands at n.
func (p place) under(key string, n *yaml.Node) place {
	if p.key != "" && !strings.HasPrefix(key, "[") {
		key = "." + key
	}
	return place{n, p.key + key}
}

// complaints collects problems of one file.
type complaints struct {
	file string
	all  Problems
}

func (c *complaints) add(at place, mend, what string, args ...any) {
	if len(c.all) == maxProblems {
		return
	}
	p := Problem{File: c.file, Key: clip(at.key), What: clip(fmt.Sprintf(what, args...)), Mend: clip(mend)}
	if at.node != nil {
		p.Line, p.Column = at.node.Line, at.node.Column
	}
	c.all = append(c.all, p)
}

// err returns what was collected by position; nil when nothing was.
func (c *complaints) err() error {
	if len(c.all) == 0 {
		return nil
	}
	slices.SortStableFunc(c.all, func(a, b Problem) int {
		return cmp.Or(a.Line-b.Line, a.Column-b.Column)
	})
	return c.all
}

// clip keeps what a file says to one line of bearable length.
func clip(s string) string {
	const most = 600
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return s
}

// mendWith says which words would do, the likeliest alone where one is near.
func mendWith(word string, known []string) string {
	for _, k := range known {
		if near(word, k) {
			return fmt.Sprintf("did you mean %q?", k)
		}
	}
	return "use one of: " + strings.Join(known, ", ")
}

// near reports whether b is a with one letter changed, missing, too many, or two exchanged.
func near(a, b string) bool {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a) <= 1 && len(b) <= 1 || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}
