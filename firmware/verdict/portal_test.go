package verdict_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/verdict"
)

const portal = firmware.OutcomePortal

// gated is a desk whose uplink has a portal check, "gate".
func gated() *desk {
	d := newDesk()
	d.rules = append(d.rules, verdict.Rule{
		Ref: firmware.CheckRef{Name: "gate"}, Role: firmware.RolePortal, Interval: map[string]time.Duration{"eth0": every}, Timeout: time.Second,
	})
	return d.well()
}

// TestPortal: behind one there is no vote, whatever the controls say, and until its check has answered a failure waits.
func TestPortal(t *testing.T) {
	failing := func(d *desk) *desk {
		return d.see(1*ms, "home", bad).controls(2*ms, ok, ok, ok).see(200*ms, "home", bad).see(400*ms, "home", bad)
	}
	cases := []struct {
		name  string
		play  func(d *desk)
		state firmware.VoteState
		why   string
	}{
		{"none", func(d *desk) {}, firmware.VotePass, "all as expected"},
		{"a failure waits for the portal check", func(d *desk) { failing(d) }, firmware.VotePending, ""},
		{"a portal check that was well before proves nothing", func(d *desk) { d.see(1*ms, "gate", ok); failing(d) }, firmware.VotePending, ""},
		{"no portal since", func(d *desk) { failing(d).see(401*ms, "gate", ok) }, firmware.VoteFail, ""},
		{"a portal since", func(d *desk) {
			failing(d).seeResult(401*ms, "gate", firmware.Result{Outcome: portal, Detail: "captive portal at x"})
		}, firmware.VoteNone, "blind: captive portal at x"},
		{"a portal check that is dead itself keeps nobody from failing", func(d *desk) { failing(d).see(401*ms, "gate", firmware.OutcomeTCPTimeout) }, firmware.VoteFail, ""},
		{"nor does one that could not be asked", func(d *desk) { failing(d).see(401*ms, "gate", firmware.OutcomeMissed) }, firmware.VoteFail, ""},
		{"it is not forgotten by a run that did not measure", func(d *desk) {
			d.seeResult(1*ms, "gate", firmware.Result{Outcome: portal, Detail: "captive portal at x"}).see(2*ms, "gate", firmware.OutcomeLocalFault)
			failing(d)
		}, firmware.VoteNone, "blind: captive portal at x"},
		{"a portal outlasts a check that failed", func(d *desk) {
			d.seeResult(1*ms, "gate", firmware.Result{Outcome: portal, Detail: "captive portal at x"}).see(2*ms, "gate", firmware.OutcomeTCPTimeout)
		}, firmware.VoteNone, "blind: captive portal at x"},
		{"it ends with the first answer that is well", func(d *desk) {
			d.seeResult(1*ms, "gate", firmware.Result{Outcome: portal, Detail: "captive portal at x"}).see(2*ms, "gate", ok)
		}, firmware.VotePass, "all as expected"},
		{"or with its evidence", func(d *desk) {
			d.seeResult(1*ms, "gate", firmware.Result{Outcome: portal, Detail: "captive portal at x"})
			for _, c := range []string{"home", "origin", "extra"} {
				d.see(every*5/2+2*ms, c, ok)
			}
		}, firmware.VotePass, "all as expected"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := gated()
			c.play(d)
			if d.vote.State != c.state || c.why != "" && d.vote.Why != c.why {
				t.Errorf("%s (%s), want %s (%s)", d.vote.State, d.vote.Why, c.state, c.why)
			}
		})
	}
}

// TestNoVoteBehindAPortal draws what services and controls do while a portal stands.
func TestNoVoteBehindAPortal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := gated()
		d.seeResult(1*ms, "gate", firmware.Result{Outcome: portal, Detail: "captive portal at x"})
		for i := range rapid.IntRange(1, 30).Draw(t, "runs") {
			name := rapid.SampledFrom([]string{"home", "origin", "extra", "c1", "c2", "c3"}).Draw(t, "check")
			o := firmware.Outcome(rapid.IntRange(0, int(firmware.OutcomeLast)).Draw(t, "outcome"))
			d.see(time.Duration(i+2)*100*ms, name, o)
			if d.vote.State != firmware.VoteNone || !d.vote.Evidence.Zero() {
				t.Fatalf("%s on evidence of %v: %s", d.vote.State, d.vote.Evidence, d.vote.Why)
			}
		}
	})
}
