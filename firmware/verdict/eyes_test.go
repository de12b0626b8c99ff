package verdict_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/verdict"
)

// TestWhatARunSaysAfterSightReturned: sight was lost and returned at 10 s.
func TestWhatARunSaysAfterSightReturned(t *testing.T) {
	set := verdict.Defaults()
	eyes := verdict.Eyes{}.See(true, false, at(2*time.Second)).See(false, true, at(10*time.Second))
	for name, c := range map[string]struct {
		start   time.Duration
		outcome firmware.Outcome
		named   bool
		says    bool
	}{
		"a failure begun before":                           {9999 * ms, bad, false, false},
		"one begun then":                                   {10 * time.Second, bad, false, true},
		"a slow answer begun before":                       {9 * time.Second, firmware.OutcomeSlow, false, false},
		"a good answer begun before":                       {9 * time.Second, ok, false, true},
		"what could not be measured":                       {9 * time.Second, firmware.OutcomeLocalFault, false, true},
		"the uplink's resolvers soon after":                {19999 * ms, firmware.OutcomeDNSServFail, false, false},
		"the uplink's silent resolvers soon after":         {19999 * ms, firmware.OutcomeDNSTimeout, false, false},
		"the uplink's resolvers, when they had time":       {20 * time.Second, firmware.OutcomeDNSServFail, false, true},
		"a name server that the check names, soon after":   {11 * time.Second, firmware.OutcomeDNSServFail, true, true},
		"a name server that the check names, begun before": {9 * time.Second, firmware.OutcomeDNSServFail, true, false},
		"an answer that says there is no such name":        {11 * time.Second, firmware.OutcomeDNSNXDomain, false, true},
	} {
		r := firmware.Result{Start: at(c.start), Outcome: c.outcome}
		if got := eyes.Witness(r, verdict.Rule{Named: c.named}, set); got != c.says {
			t.Errorf("%s: says something %v, want %v", name, got, c.says)
		}
		if !(verdict.Eyes{}).Witness(r, verdict.Rule{}, set) {
			t.Errorf("%s: says nothing though sight was never lost", name)
		}
	}
}

// TestSightReturnsOnlyToWhoLostIt draws judgements: sight returns when enough controls pass, and not before, after it
// was lost, whatever was not known between.
func TestSightReturnsOnlyToWhoLostIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var eyes verdict.Eyes
		var lost bool
		var back firmware.Stamp
		for i, what := range rapid.SliceOfN(rapid.SampledFrom([]string{"lost", "sighted", "unknown"}), 1, 20).Draw(t, "judgements") {
			now := at(time.Duration(i) * time.Second)
			eyes = eyes.See(what == "lost", what == "sighted", now)
			if what == "sighted" && lost {
				back = now
			}
			lost = what == "lost" || lost && what == "unknown"
			if eyes.Lost != lost || eyes.Back != back {
				t.Fatalf("after %s at %v: %+v, want lost %v, back %v", what, now, eyes, lost, back)
			}
		}
	})
}
