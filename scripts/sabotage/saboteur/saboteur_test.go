package saboteur

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgeprobe.io/scripts/lab/judge"
)

// TestDeedsFitTheCode keeps the lists from rotting: each edit still finds its line, once, and each scenario is there.
func TestDeedsFitTheCode(t *testing.T) {
	root := "../../.."
	for _, d := range append(Deeds(), LabDeeds()...) {
		if _, err := os.Stat(filepath.Join(root, scenarios, d.Scenario)); err != nil {
			t.Error(err)
		}
		dir := t.TempDir()
		for _, e := range d.Edits {
			text, err := os.ReadFile(filepath.Join(root, e.File))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, e.File)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := Apply(dir, d); err != nil {
			t.Error(err)
			continue
		}
		for _, e := range d.Edits {
			after, err := os.ReadFile(filepath.Join(dir, e.File))
			if err != nil || !strings.Contains(string(after), e.New) {
				t.Errorf("%s: nothing was changed (%v)", d.What, err)
			}
		}
	}
}

func TestADeedThatDoesNotFitIsSaid(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("x x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, old := range []string{"x", "y"} {
		if err := Apply(dir, Deed{What: "w", Edits: []Edit{{File: "a.go", Old: old, New: "z"}}}); err == nil {
			t.Errorf("replacing %q, which does not stand there once, went through", old)
		}
	}
}

// TestNotices: where a deed names an invariant, nothing else will do.
func TestNotices(t *testing.T) {
	missed, stale := []judge.Verdict{{Line: 3}}, []judge.Invariant{{Name: "no-stale-green", Why: []string{"it is green"}}}
	for _, c := range []struct {
		r         judge.Report
		invariant string
		want      bool
	}{
		{judge.Report{Outcome: judge.Pass}, "", false},
		{judge.Report{Outcome: judge.Fail, Verdicts: missed}, "", true},
		{judge.Report{Outcome: judge.Fail, Invariants: stale}, "", true},
		{judge.Report{Outcome: judge.Fail, Invariants: stale}, "no-stale-green", true},
		{judge.Report{Outcome: judge.Fail, Verdicts: missed, Invariants: stale}, "feed-is-store", false},
		{judge.Report{Outcome: judge.Fail, Verdicts: missed}, "feed-is-store", false},
	} {
		if got, said := notices(c.r, c.invariant); got != c.want {
			t.Errorf("%+v, %q: %v, %s", c.r, c.invariant, got, said)
		}
	}
}
