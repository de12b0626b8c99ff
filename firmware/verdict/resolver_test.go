package verdict_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/verdict"
)

const unheard = "resolver 192.0.2.53 does not answer"

func unresolved(start time.Duration) firmware.Result {
	return firmware.Result{Uplink: "eth0", Start: at(start), Outcome: firmware.OutcomeDeadResolver, Detail: unheard, Phases: firmware.Phases{Resolve: time.Second}}
}

// TestDeadResolvers: the second run in a row names them, and any answer of theirs ends it.
func TestDeadResolvers(t *testing.T) {
	set, own := verdict.Defaults(), verdict.Rule{Interval: map[string]time.Duration{"eth0": every}}
	run := func(start time.Duration, o firmware.Outcome, resolve time.Duration) firmware.Result {
		return firmware.Result{Uplink: "eth0", Start: at(start), Outcome: o, Phases: firmware.Phases{Resolve: resolve}}
	}
	for name, c := range map[string]struct {
		after firmware.Result
		named bool // the run after asked a name server of its check's choice
		dead  bool
	}{
		"one more":                      {unresolved(2 * time.Second), false, true},
		"an answer":                     {run(2*time.Second, ok, ms), false, false},
		"a name that does not exist":    {run(2*time.Second, firmware.OutcomeDNSNXDomain, ms), false, false},
		"silence on that name only":     {run(2*time.Second, firmware.OutcomeDNSTimeout, ms), false, false},
		"a target that fails":           {run(2*time.Second, firmware.OutcomeHTTPStatus, ms), false, false},
		"an answer to an earlier run":   {run(500*ms, ok, ms), false, true},
		"a connection that was kept":    {run(2*time.Second, ok, 0), false, true},
		"a name server of the check's":  {run(2*time.Second, ok, ms), true, true},
		"what could not be measured":    {run(2*time.Second, firmware.OutcomeLocalFault, ms), false, true},
		"what was missed":               {run(2*time.Second, firmware.OutcomeMissed, 0), false, true},
		"a portal's answer by its name": {run(2*time.Second, firmware.OutcomePortal, ms), false, true},
	} {
		rule := own
		rule.Named = c.named
		eyes := verdict.Eyes{}.Hear(unresolved(0), own, set)
		if why := eyes.Unresolved(at(0)); why != "" {
			t.Fatalf("%s: one run says already that %s", name, why)
		}
		eyes = eyes.Hear(unresolved(time.Second), own, set).Hear(c.after, rule, set)
		if why := eyes.Unresolved(at(3 * time.Second)); (why == unheard) != c.dead {
			t.Errorf("%s: %q, want dead %v", name, why, c.dead)
		}
	}
	eyes := verdict.Eyes{}.Hear(unresolved(0), own, set).Hear(unresolved(ms), own, set)
	if end := every * 5 / 2; eyes.Unresolved(at(end)) == "" || eyes.Unresolved(at(end+2*ms)) != "" {
		t.Errorf("it does not end with its evidence: %+v", eyes)
	}
	if eyes.Moved().Unresolved(at(ms)) != "" {
		t.Error("an uplink that has moved still has the resolvers of before")
	}
}

// TestDeadResolversFailNobody draws what runs come to: those that met dead resolvers speak against nobody, whether controls
// pass or not, and sight lost and found again does not hide that they are dead.
func TestDeadResolversFailNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, set := newDesk().well(), verdict.Defaults()
		rule := verdict.Rule{Interval: map[string]time.Duration{"eth0": every}}
		var eyes verdict.Eyes
		dead := 0
		for i := range rapid.IntRange(1, 30).Draw(t, "runs") {
			start := time.Duration(i+1) * 200 * ms
			name := rapid.SampledFrom([]string{"home", "origin", "extra", "c1", "c2", "c3"}).Draw(t, "check")
			r := unresolved(start)
			if name[0] == 'c' && rapid.Bool().Draw(t, "a control that needs no resolver") {
				r = firmware.Result{Start: at(start), Outcome: rapid.SampledFrom([]firmware.Outcome{ok, firmware.OutcomeTCPTimeout}).Draw(t, "outcome")}
			}
			if r.Outcome == firmware.OutcomeDeadResolver {
				dead++
			}
			d.seeResult(start, name, r)
			eyes = eyes.Hear(r, rule, set).See(rapid.Bool().Draw(t, "lost"), rapid.Bool().Draw(t, "sighted"), at(start))
			if d.vote.State == firmware.VoteFail || d.vote.State == firmware.VotePending {
				t.Fatalf("%s: %s", d.vote.State, d.vote.Why)
			}
			if (eyes.Unresolved(at(start)) != "") != (dead > 1) {
				t.Fatalf("after %d runs that met dead resolvers: %+v", dead, eyes)
			}
		}
	})
}
