package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/scenario"
)

func named(names ...string) (all []*scenario.Scenario) {
	for _, n := range names {
		all = append(all, &scenario.Scenario{Name: n, About: "nothing"})
	}
	return all
}

func TestAll(t *testing.T) {
	var out, results bytes.Buffer
	var now, most atomic.Int32
	reports, err := All(t.Context(), Plan{
		Scenarios: named("a", "b", "c", "d", "e"), Jobs: 2, Results: &results, Say: NewProgress(&out, false, 5),
		Play: func(_ context.Context, s *scenario.Scenario, say func(string)) judge.Report {
			for n := now.Add(1); ; {
				if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
					break
				}
			}
			defer now.Add(-1)
			say("playing")
			r := judge.Report{Name: s.Name, About: s.About, Outcome: judge.Pass}
			if s.Name == "c" {
				r.Outcome, r.Verdicts = judge.Fail, []judge.Verdict{{Line: 3, What: "lamp of self is off", Until: 2000}}
			}
			return r
		},
	})
	if err != nil || len(reports) != 5 || reports[0].Name != "a" || reports[4].Name != "e" {
		t.Errorf("%v %v", err, reports)
	}
	if most.Load() > 2 {
		t.Errorf("%d at once", most.Load())
	}
	if s := out.String(); strings.Count(s, "PASS") != 4 || !strings.Contains(s, "FAIL line 3: lamp of self is off") {
		t.Error(s)
	}
	lines := strings.Split(strings.TrimSpace(results.String()), "\n")
	for _, line := range lines {
		var r judge.Report
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Error(err)
		}
	}
	if len(lines) != 5 {
		t.Errorf("%d lines", len(lines))
	}
}

// TestBreakingOff: what ended before is kept, what was broken off is not judged.
func TestBreakingOff(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var out, results bytes.Buffer
	reports, err := All(ctx, Plan{
		Scenarios: named("a", "b", "c"), Jobs: 1, Results: &results, Say: NewProgress(&out, true, 3),
		Play: func(_ context.Context, s *scenario.Scenario, _ func(string)) judge.Report {
			if s.Name == "b" {
				stop()
			}
			return judge.Report{Name: s.Name, Outcome: judge.Pass}
		},
	})
	if !errors.Is(err, context.Canceled) || len(reports) != 1 || strings.Count(results.String(), "\n") != 1 {
		t.Errorf("%v %v", err, reports)
	}
}
