// Package syntax says where a file is no YAML, in the words of the YAML library.
//
// It guarantees a line that the file has, counted from 1, whichever part of the library complains: they count
// differently.
package syntax

import (
	"bytes"
	"regexp"
	"strconv"
)

var (
	told = regexp.MustCompile(`^(?:yaml: )?(?:line ([0-9]+): )?(.*)`)

	// parsers are the problems of the library's parser, which counts lines from 0; its scanner counts them from 1.
	parsers = regexp.MustCompile(`^did not find expected (node content|key$|'-' indicator|',' or|<)`)
)

// Where returns the line of data that an error of the YAML library is about, and what it says of it. What ends too early
// is mended at its end; what tells no line, at its beginning.
func Where(data []byte, err error) (line int, what string) {
	m := told.FindStringSubmatch(err.Error())
	line, bad := strconv.Atoi(m[1])
	switch {
	case bad != nil:
		line = 1
	case parsers.MatchString(m[2]):
		line++
	}
	return min(line, 1+bytes.Count(bytes.TrimRight(data, "\r\n"), []byte("\n"))), m[2]
}
