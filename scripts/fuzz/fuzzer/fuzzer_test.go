package fuzzer

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tree writes files into a folder of their own.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestFind(t *testing.T) {
	const one = "package x\n\nimport \"testing\"\n\nfunc FuzzOne(f *testing.F) {\n}\n"
	root := tree(t, map[string]string{
		"b/x_test.go": one + "\nfunc FuzzTwo(f *testing.F) {}\n// func FuzzNot(f *testing.F)\nfunc FuzzHelp(t *testing.T) {}\n",
		"a/x_test.go": one, "a/x.go": one, "a/testdata/x_test.go": one, ".cache/x_test.go": one,
	})
	for pattern, want := range map[string]string{"": "a FuzzOne,b FuzzOne,b FuzzTwo", "Two": "b FuzzTwo", "^a ": "a FuzzOne", "none": ""} {
		found, err := Find(root, regexp.MustCompile(pattern))
		var got []string
		for _, f := range found {
			got = append(got, f.String())
		}
		if err != nil || strings.Join(got, ",") != want {
			t.Errorf("%q finds %v, %v, want %s", pattern, got, err, want)
		}
	}
	if _, err := Find(filepath.Join(root, "nowhere"), regexp.MustCompile("")); err == nil {
		t.Error("no tree has no targets, and nobody says so")
	}
}

// TestEnded: what the go command said decides between a target's failure and the command's own.
func TestEnded(t *testing.T) {
	const going = "fuzz: elapsed: 3s, execs: 325017 (108336/sec), new interesting: 11 (total: 202)\n"
	for _, c := range []struct {
		name, said string
		exit       error
		want       Outcome
	}{
		{"well", going + "PASS\nok  \tx\t3.1s", nil, Outcome{Runs: 325017, New: 11}},
		{"crash", going + "--- FAIL: FuzzX (0.24s)\n    --- FAIL: FuzzX (0.00s)\n        x_test.go:9: no\n    \n    Failing input written to testdata/fuzz/FuzzX/1607\nFAIL\nexit status 1",
			io.EOF, Outcome{Runs: 325017, New: 11, Failed: true, Crashes: []string{"testdata/fuzz/FuzzX/1607"}}},
		{"the end of its time", going + "--- FAIL: FuzzX (10.02s)\n    context deadline exceeded\nFAIL\nexit status 1\nFAIL\tx\t10.03s", io.EOF, Outcome{Runs: 325017, New: 11}},
		{"that and more", going + "--- FAIL: FuzzX (10.02s)\n    context deadline exceeded\n    x_test.go:9: no\nFAIL", io.EOF, Outcome{Runs: 325017, New: 11, Failed: true}},
		{"nothing was run", "--- FAIL: FuzzX (10.02s)\n    context deadline exceeded\nFAIL", io.EOF, Outcome{Failed: true}},
		{"does not build", "# x\nx_test.go:3:1: syntax error\nFAIL\tx [build failed]", io.EOF, Outcome{Failed: true}},
	} {
		var o Outcome
		for line := range strings.Lines(c.said) {
			o.hear(strings.TrimSuffix(line, "\n"))
		}
		o.ended(c.exit)
		if o.Runs != c.want.Runs || o.New != c.want.New || o.Failed != c.want.Failed || !slices.Equal(o.Crashes, c.want.Crashes) {
			t.Errorf("%s: %+v, want %+v", c.name, o, c.want)
		}
	}
	var long Outcome
	for range 100 {
		long.hear("x")
	}
	if len(long.Said) != mostSaid {
		t.Errorf("%d lines are kept", len(long.Said))
	}
}

// TestRunsAll: of two real targets the one that crashes is named with its input, and does not stop the other.
func TestRunsAll(t *testing.T) {
	root := tree(t, map[string]string{
		"go.mod": "module x\n\ngo 1.26.0\n",
		"a/x_test.go": `package a

import "testing"

func FuzzCrash(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 2 {
			t.Error("too long")
		}
	})
}
`,
		"b/x_test.go": "package b\n\nimport \"testing\"\n\nfunc FuzzWell(f *testing.F) {\n\tf.Fuzz(func(t *testing.T, b []byte) {})\n}\n",
	})
	var out, errs bytes.Buffer
	err := Main(t.Context(), []string{"-root", root, "-time", "1s", "-parallel", "1"}, &out, &errs)
	if !errors.Is(err, ErrFailed) || errs.Len() > 0 {
		t.Errorf("%v %s", err, errs.String())
	}
	for _, want := range []string{`a FuzzCrash: \d+ inputs, \d+ new, FAILED`, `too long`, `2 of 2  b FuzzWell: [1-9]\d* inputs, \d+ new, ok`,
		`(?m)^a  +FuzzCrash  +\d+s  +\d+  +\d+  +1  +FAILED$`, `an input that fails: a/testdata/fuzz/FuzzCrash/\w+`} {
		if !regexp.MustCompile(want).Match(out.Bytes()) {
			t.Errorf("%s is not in\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := Main(t.Context(), []string{"-root", root, "-time", "1s", "-only", "Well"}, &out, &errs); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestOptions(t *testing.T) {
	for _, args := range [][]string{{"x"}, {"-time", "0s"}, {"-parallel", "0"}, {"-only", "("}, {"-root", t.TempDir()}} {
		if err := Main(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	if err := Main(t.Context(), []string{"-h"}, io.Discard, io.Discard); err != nil {
		t.Error(err)
	}
}
