package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/labtest"
	"edgeprobe.io/scripts/lab/sandbox"
)

// short is the short form of the corpus: of each folder a scenario that is quick and does not hang on a second.
func short() []string {
	return []string{
		"scenarios/broker/one-node-stopped.yaml",
		"scenarios/provider/api-errors.yaml",
		"scenarios/edge/uploads-break.yaml",
		"scenarios/one-region/us-edge-refuses.yaml",
		"scenarios/certificates/unknown-ca.yaml",
		"scenarios/own-link/portal.yaml",
		"scenarios/device/restarted.yaml",
		"scenarios/clock/year-ahead-at-boot.yaml",
		"scenarios/dns/rewrite.yaml",
		"scenarios/nothing/quiet.yaml",
	}
}

// How many scenarios of the short form two processors bear, and how many leave each other alone.
const (
	atOnce = "4"
	alone  = "2"
)

// TestRun plays the short form of the corpus on the real thing, and one that expects what does not come.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	for _, program := range []string{"cmd/edgeprobed", "scripts/lab"} {
		if _, err := labtest.Build(dir, program); err != nil {
			t.Fatal(err)
		}
	}
	wrong := filepath.Join(dir, "wrong.yaml")
	text := "title: Something that does not come\nabout: nothing\nwhy: it is wrong\nlasts: 3s\nexpect: [{see: decision, of: shop, is: confirmed}]\n"
	if err := os.WriteFile(wrong, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	failed := played(t, dir, out, atOnce, append(short(), wrong)...)
	if _, fails := failed[wrong]; !fails {
		t.Error("what does not come was seen")
	}
	delete(failed, wrong)
	if len(failed) > 0 { // once more: the machine may have been too busy
		for file, said := range played(t, dir, filepath.Join(dir, "again"), alone, slices.Sorted(maps.Keys(failed))...) {
			t.Errorf("%s failed twice\n%s", file, said)
		}
	}
	if page, err := os.ReadFile(filepath.Join(out, pageFile)); err != nil || strings.Count(string(page), "<details") != 1+len(short()) {
		t.Errorf("the page: %v", errors.Join(err))
	}
	if rooms, err := sandbox.List(); err != nil || anyOf(rooms, "wrong", "quiet", "uploads-break") {
		t.Errorf("left behind: %v %v", rooms, err)
	}
}

// played plays scenarios with the programs in a folder, and returns what was said where one did not pass, by file.
func played(t *testing.T, programs, out, jobs string, files ...string) map[string]string {
	t.Helper()
	args := append([]string{"run", "--daemon", filepath.Join(programs, "edgeprobed"), "--nats", "../../.cache/peers/nats-server", "--out", out, "-j", jobs}, files...)
	text, err := exec.CommandContext(t.Context(), filepath.Join(programs, "lab"), args...).CombinedOutput()
	said := string(text)
	reports, readErr := readReports(filepath.Join(out, resultsFile))
	if readErr != nil || len(reports) != len(files) {
		t.Fatalf("%d reports of %d scenarios: %v\n%s", len(reports), len(files), readErr, said)
	}
	failed := map[string]string{}
	for _, r := range reports {
		if r.Outcome != judge.Pass {
			failed[r.File] = said
		}
	}
	want := fmt.Sprintf("lab: %d of %d scenarios failed\n", len(failed), len(files))
	if len(failed) > 0 && (err == nil || !strings.HasSuffix(said, want)) || len(failed) == 0 && err != nil {
		t.Errorf("%v, want %s\n%s", err, want, said)
	}
	return failed
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
