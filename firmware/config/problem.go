package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// Problem is one thing wrong in a file: where, what, and how to mend it. It never holds a secret's value.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`   // from 1; 0: the file as a whole
	Column int    `json:"column,omitempty"` // from 1, in characters
	Key    string `json:"key,omitempty"`    // path from the root, like services[0].checks[1].interval
	What   string `json:"what"`             // reads on after the key
	Mend   string `json:"mend"`             // an instruction

	kind kind
}

// Error returns the problem as one line: "my.yaml:12:5: device: is missing; add it".
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

// Errors are all the problems of a config, by position: the config's own first, then those of files it names.
type Errors []Problem

// Error returns one line per problem.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As each problem.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, p := range e {
		all[i] = p
	}
	return all
}

// maxProblems bounds what one reading reports.
const maxProblems = 100

// place is where in which file something stands.
type place struct {
	file      string
	line, col int
	key       string
}

// under returns the place's key extended by one more.
func (p place) under(key string) place {
	if p.key != "" {
		key = p.key + "." + key
	}
	p.key = key
	return p
}

// item returns the place's key extended by an index.
func (p place) item(i int) place {
	p.key = fmt.Sprintf("%s[%d]", p.key, i)
	return p
}

// of returns the place with a node's position.
func (p place) of(n *yaml.Node) place {
	p.line, p.col = n.Line, n.Column
	return p
}

// problems collects; beyond maxProblems it only counts.
type problems struct {
	all  Errors
	over int
}

func (ps *problems) add(at place, k kind, mend string, args ...any) {
	if len(ps.all) >= maxProblems {
		ps.over++
		return
	}
	s := sentences[k]
	if mend == "" {
		mend = s.mend
	}
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = clip(text)
		}
	}
	ps.all = append(ps.all, Problem{
		File: at.file, Line: at.line, Column: at.col, Key: clip(at.key),
		What: fmt.Sprintf(s.what, args...), Mend: mend, kind: k,
	})
}

// clip shortens what a file says to what a sentence can hold, on one line and without control characters.
func clip(s string) string {
	const most = 120
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return s
}

// err returns what was collected in the order of the files' positions; nil when nothing was.
func (ps *problems) err(main string) error {
	if len(ps.all) == 0 {
		return nil
	}
	slices.SortStableFunc(ps.all, func(a, b Problem) int {
		if a.File != b.File {
			return cmp.Or(rank(a.File, main)-rank(b.File, main), cmp.Compare(a.File, b.File))
		}
		return cmp.Or(a.Line-b.Line, a.Column-b.Column, cmp.Compare(a.Key, b.Key))
	})
	if ps.over > 0 {
		s := sentences[kindMany]
		ps.all = append(ps.all, Problem{File: main, What: fmt.Sprintf(s.what, ps.over), Mend: s.mend, kind: kindMany})
	}
	return ps.all
}

func rank(file, main string) int {
	if file == main {
		return 0
	}
	return 1
}
