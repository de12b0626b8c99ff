package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/labtest"
	"edgeprobe.io/scripts/lab/sandbox"
)

// TestMain: the tests' own program is the one that run starts again inside its sandboxes.
func TestMain(m *testing.M) {
	inside, err := sandbox.Settle()
	if err == nil && inside {
		err = root(true).Execute()
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	case !inside:
		os.Exit(m.Run())
	}
}

// TestRun plays scenarios of the corpus, and one that expects what does not come, on the real thing.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	daemon, err := labtest.BuildDaemon(dir)
	if err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(dir, "wrong.yaml")
	text := "title: Something that does not come\nabout: nothing\nwhy: it is wrong\nlasts: 3s\nexpect: [{see: decision, of: shop, is: confirmed}]\n"
	if err := os.WriteFile(wrong, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	said, err := lab(t, "run", "--daemon", daemon, "--out", out, "-j", "2", wrong, "scenarios/nothing/quiet.yaml", "scenarios/edge/uploads-break.yaml")
	if err == nil || err.Error() != "1 of 3 scenarios failed" {
		t.Errorf("%v", err)
	}
	reports, err := readReports(filepath.Join(out, resultsFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		want := judge.Pass
		if r.Name == "wrong" {
			want = judge.Fail
		}
		if r.Outcome != want {
			t.Errorf("%s: %s, want %s\n%s", r.Name, r.Outcome, want, said)
		}
	}
	if page, err := os.ReadFile(filepath.Join(out, pageFile)); err != nil || strings.Count(string(page), "<details") != 3 {
		t.Errorf("the page: %v", errors.Join(err))
	}
	if rooms, err := sandbox.List(); err != nil || anyOf(rooms, "wrong", "quiet", "uploads-break") {
		t.Errorf("left behind: %v %v", rooms, err)
	}
}

func anyOf(rooms []sandbox.Open, names ...string) bool {
	for _, r := range rooms {
		for _, n := range names {
			if r.Name == n {
				return true
			}
		}
	}
	return false
}

func TestListenerTakesLinesInPieces(t *testing.T) {
	var steps []string
	l := listener{say: func(s string) { steps = append(steps, s) }}
	for _, piece := range []string{`{"step":"a`, "\"}\nnonsense\n{\"st", `ep":"b"}` + "\n" + `{"report":{"name":"x"}}`, "\n"} {
		if n, err := l.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Errorf("%d %v", n, err)
		}
	}
	if strings.Join(steps, " ") != "a b" || l.report == nil || l.report.Name != "x" {
		t.Errorf("%v %v", steps, l.report)
	}
}
