package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe/probetest"
)

// journeys is a config of both journeys, as its owner writes it; site and files are servers.
const journeys = `device: berlin
fleet: [{id: berlin, site: berlin, region: eu, uplinks: [{name: lo, network: lo}]}]
uplinks: [{name: lo, resolvers: ["127.0.0.1:1"]}]
services:
  - name: recorder
    checks:
      - name: on-the-page
        kind: transaction
        steps:
          - {name: page, url: "%[1]s/", capture: [{name: script, script: '/recorder\.js'}]}
          - {name: script, url: "${script}", expect: {min_bytes: 20, body: "recorder 2026-11-28"}}
  - name: upload
    checks:
      - name: survives
        kind: transaction
        steps:
          - {name: create, url: "%[2]s/files", method: POST, expect: {status: [201]}, capture: [{name: file, header: Location}]}
          - {name: first, url: "${file}", method: PATCH, headers: {Upload-Offset: "0"}, send: {content: clip, to: 64KiB}}
          - {name: lost, url: "${file}", method: PATCH, headers: {Upload-Offset: "65536"}, send: {content: clip, from: 65536, to: 128KiB}, break_after: 20kB}
          - {name: where, url: "${file}", method: HEAD, capture: [{name: offset, header: Upload-Offset}]}
          - {name: resume, url: "${file}", method: PATCH, headers: {Upload-Offset: "${offset}"}, send: {content: clip, from: "${offset}", to: 128KiB}}
          - {name: third, url: "${file}", method: PATCH, headers: {Upload-Offset: "131072"}, send: {content: clip, from: 131072, to: 192KiB}}
          - {name: verify, url: "${file}", stored: {content: clip, to: 192KiB}}
        cleanup: [{name: delete, url: "${file}", method: DELETE}]
`

// onTheWay starts the servers of both journeys and writes their config.
func onTheWay(t *testing.T, script, fault string) (config string) {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/":
			fmt.Fprint(w, probetest.Markup)
		case script == "":
			http.NotFound(w, r)
		default:
			fmt.Fprint(w, script)
		}
	}))
	t.Cleanup(site.Close)
	taken := probetest.NewFiles(fault)
	files := httptest.NewServer(taken)
	t.Cleanup(files.Close)
	t.Cleanup(taken.End)
	config = filepath.Join(t.TempDir(), "my.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, journeys, site.URL, files.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	return config
}

// TestCheckJourneys: a journey is shown step by step, for people and for programs, and its exit code says how it ended.
func TestCheckJourneys(t *testing.T) {
	for name, c := range map[string]struct {
		script, fault string
		check, says   string
		code          int
		steps         string // name, outcome and status
	}{
		"script":           {probetest.Recorder, "", "recorder/on-the-page", "ok  recorder/on-the-page over lo  status 200", 0, "page ok 200, script ok 200"},
		"script gone":      {"", "", "recorder/on-the-page", "FAILED  recorder/on-the-page over lo  http_status: step script: status 404", 1, "page ok 200, script http_status 404"},
		"upload":           {"", "", "upload/survives", "ok  upload/survives over lo", 0, "create ok 201, first ok 204, lost ok 0, where ok 200, resume ok 204, third ok 204, verify ok 200, clean-up delete ok 204"},
		"third part lost":  {"", "loses the third part", "upload/survives", "body_mismatch: step verify: ", 1, "create ok 201, first ok 204, lost ok 0, where ok 200, resume ok 204, third ok 204, verify body_mismatch 200, clean-up delete ok 204"},
		"upload not begun": {"", "fails to create", "upload/survives", "http_status: step create: status 500", 1, "create http_status 500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, errs, code := run(t, "check", c.check, "--config", onTheWay(t, c.script, c.fault))
			if code != c.code || errs != "" || !strings.Contains(out, c.says) {
				t.Errorf("exit %d, stderr %q, want exit %d and %q in\n%s", code, errs, c.code, c.says, out)
			}
			for step := range strings.SplitSeq(c.steps, ", ") {
				words := strings.Fields(strings.TrimPrefix(step, "clean-up "))
				if !strings.Contains(out, "\n  "+words[0]+" ") || strings.HasPrefix(step, "clean-up") != strings.Contains(out, words[0]+" (clean-up)") {
					t.Errorf("no line for %s in\n%s", step, out)
				}
			}
			out, _, code = run(t, "check", c.check, "--config", onTheWay(t, c.script, c.fault), "--json")
			var got seen
			if err := json.Unmarshal([]byte(out), &got); err != nil || code != c.code || got.OK != (code == 0) {
				t.Fatalf("exit %d, %v in %s", code, err, out)
			}
			var steps []string
			for _, s := range got.Steps {
				steps = append(steps, map[bool]string{true: "clean-up "}[s.Cleanup]+fmt.Sprintf("%s %v %d", s.Name, s.Outcome, s.Code))
			}
			if seen := strings.Join(steps, ", "); seen != c.steps {
				t.Errorf("steps\n%s, want\n%s", seen, c.steps)
			}
		})
	}
}

// aJourney is a look at two steps and a clean-up that fails, of 100 ms.
func aJourney() (look, firmware.Result) {
	step := func(name string, took int, o firmware.Outcome, status uint16, bytes uint32) firmware.Step {
		return firmware.Step{Name: name, Took: time.Duration(took) * time.Millisecond, Outcome: o, Status: status, Bytes: bytes, Phases: firmware.Phases{Wait: time.Duration(took) * time.Millisecond}}
	}
	l := look{target: "upload/survives", check: firmware.Check{Transaction: &firmware.TransactionCheck{
		Steps: []firmware.StepCheck{{Name: "create"}, {Name: "lost"}}, Cleanup: []firmware.StepCheck{{Name: "delete"}},
	}}}
	return l, firmware.Result{Took: 100 * time.Millisecond, Outcome: firmware.OutcomeOK, Status: 201, Cache: firmware.CacheEvidence{Fresh: -1}, Steps: []firmware.Step{
		step("create", 25, firmware.OutcomeOK, 201, 12_345), step("lost", 50, firmware.OutcomeOK, 0, 0), step("delete", 25, firmware.OutcomeHTTPStatus, 500, 17),
	}}
}

func TestDrawSteps(t *testing.T) {
	l, r := aJourney()
	var one, several bytes.Buffer
	drawSteps(canvas{Writer: &one, width: 80}, stepsOf(l.check, r))
	if want := `
  create              25.0 ms  ok             201    12 kB  ━━━━━
  lost                50.0 ms  ok                        -       ━━━━━━━━━━
  delete (clean-up)   25.0 ms  http_status    500     17 B                 ━━━━━
`; "\n"+one.String() != want {
		t.Errorf("got\n%swant%s", one.String(), want)
	}
	tableOf([]look{l, l}, canvas{Writer: &several, width: 100}).add(l, r)
	if want := `
TARGET               OUTCOME            TOOK  RESOLVE  CONNECT      TLS     WAIT TRANSFER
upload/survives      ok               100 ms        -        -        -        -        -
  create             ok              25.0 ms        -        -        -  25.0 ms        -
  lost               ok              50.0 ms        -        -        -  50.0 ms        -
  delete (clean-up)  http_status     25.0 ms        -        -        -  25.0 ms        -
`; "\n"+several.String() != want {
		t.Errorf("got\n%swant%s", several.String(), want)
	}
}

// TestStepsStayInside: whatever the steps and the width, no line is longer than the terminal, and each step has one.
func TestStepsStayInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ranStep {
			return ranStep{firmware.Step{
				Name: rapid.StringN(1, 63, 63).Draw(t, "name"), Took: time.Duration(rapid.Int64Range(0, int64(70*time.Second)).Draw(t, "took")),
				Outcome: firmware.Outcome(rapid.IntRange(0, 29).Draw(t, "outcome")), Status: rapid.Uint16().Draw(t, "status"), Bytes: rapid.Uint32().Draw(t, "bytes"),
			}, rapid.Bool().Draw(t, "cleanup")}
		}), 1, firmware.MaxSteps).Draw(t, "steps")
		width := rapid.IntRange(40, 300).Draw(t, "width")
		var out bytes.Buffer
		drawSteps(canvas{Writer: &out, width: width}, steps)
		if n := strings.Count(out.String(), "\n"); n != len(steps) {
			t.Fatalf("%d lines for %d steps:\n%s", n, len(steps), out.String())
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Fatalf("%d columns wide in a terminal of %d: %q", n, width, line)
			}
		}
	})
}
