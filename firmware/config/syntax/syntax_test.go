package syntax

import (
	"bytes"
	"errors"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestWhere(t *testing.T) {
	for _, c := range []struct {
		text string
		line int
	}{
		{"a: 1\nb: [1, 2\nc: 3\n", 2}, // the parser tells where the list begins
		{"a: 1\n\tb: 2\n", 2},         // the scanner meets the tab
		{"a: 1\nb: \"x\n", 2},         // it ends too early
		{"a: 1\nb: {x: 1\n\n\n", 2},   // and so, before empty lines
		{"a: b: c\n", 1},
	} {
		var v any
		err := yaml.Unmarshal([]byte(c.text), &v)
		if err == nil {
			t.Fatalf("%q is YAML", c.text)
		}
		if line, what := Where([]byte(c.text), err); line != c.line || what == "" {
			t.Errorf("%q is told at line %d (%s), want %d: %v", c.text, line, what, c.line, err)
		}
	}
	if line, what := Where(nil, errors.New("something else")); line != 1 || what != "something else" {
		t.Errorf("%d, %q", line, what)
	}
}

// FuzzWhere: whatever the file and its fault, the line told is one that the file has.
func FuzzWhere(f *testing.F) {
	for _, s := range []string{"a: [", "a:\n\tb", "{", "\"", "- a\n b: c", "%YAML 9\n---"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v any
		err := yaml.Unmarshal(data, &v)
		if err == nil {
			return
		}
		if line, _ := Where(data, err); line < 1 || line > 1+bytes.Count(data, []byte("\n")) {
			t.Errorf("line %d of %q: %v", line, data, err)
		}
	})
}
