package fold_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/verdict"
)

// gatedWorld is two devices whose eth0 has a portal check. Behind the portal of dev0 names resolve, so that controls
// which only resolve pass, and everything else meets the portal.
func gatedWorld(every, asked, from, to time.Duration, behind firmware.Outcome) *world {
	w := newWorld(2, every, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		met := v.Device == "dev0" && v.Uplink == "eth0" && at >= from && at < to
		switch {
		case met && ref.Name == "gate":
			return firmware.Result{Outcome: firmware.OutcomePortal, Took: 30 * ms, Detail: "captive portal at login.example.net"}
		case met && ref.Service != "":
			return firmware.Result{Outcome: behind, Took: 10 * ms}
		}
		return ok(20 * ms)
	})
	for _, d := range w.devices {
		set := d.state.Set
		set.Rules = append(slices.Clone(set.Rules), verdict.Rule{
			Ref: firmware.CheckRef{Name: "gate"}, Role: firmware.RolePortal, Timeout: time.Second, Interval: map[string]time.Duration{"eth0": asked},
		})
		d.start(set)
	}
	return w
}

// TestAPortalIsAnUplinkFact: whatever a portal makes of a service, no vote over that uplink ever fails, the uplink says
// why it is blind, and once the portal is gone nothing of it is left.
func TestAPortalIsAnUplinkFact(t *testing.T) {
	for i, behind := range []firmware.Outcome{
		firmware.OutcomeTLSHostname, firmware.OutcomeTLSUnknownCA, firmware.OutcomeHTTPStatus, firmware.OutcomeHTTPRedirect,
		firmware.OutcomeBodyMismatch, firmware.OutcomeReset, firmware.OutcomeSlow, firmware.OutcomeOK,
	} {
		from := 12*time.Second + time.Duration(i)*777*ms
		to := from + 14*time.Second
		every, asked := time.Second, 10*time.Second
		if i%2 == 0 {
			every, asked = asked, every // then the portal check is the first to see that it is over
		}
		w := gatedWorld(every, asked, from, to, behind)
		d := w.devices[0]
		w.run(to - ms)
		u := d.state.View().Uplinks[0]
		if u.Sight != fold.SightBlind || u.Why != "captive portal at login.example.net" {
			t.Errorf("behind a portal that makes %s of a service: %s (%s)", behind, u.Sight, u.Why)
		}
		w.run(to + 12*time.Second)
		for _, tr := range d.made {
			if tr.Kind == "vote" && strings.HasSuffix(tr.Subject, "/eth0") && tr.Vote.State == firmware.VoteFail {
				t.Errorf("%s at %v over the portal's uplink: fail (%s)", behind, tr.At.Up-time.Hour, tr.Why)
			}
		}
		if u := d.state.View().Uplinks[0]; u.Sight != fold.SightSighted || d.decision().Status != firmware.StatusUp {
			t.Errorf("%s after the portal: uplink %s (%s), service %s", behind, u.Sight, u.Why, d.decision().Status)
		}
		d.replays(t, 13)
	}
}

// TestAPortalAfterALinkIsBack: an uplink that is back is asked at once, not at the next turn of its portal check.
func TestAPortalAfterALinkIsBack(t *testing.T) {
	w := gatedWorld(time.Second, 10*time.Second, 21*time.Second, time.Hour, firmware.OutcomeOK)
	d := w.devices[0]
	w.run(20 * time.Second)
	d.step(fold.Link{Uplink: "eth0", Up: false, Why: "no carrier"})
	w.run(22*time.Second + 500*ms)
	d.step(fold.Link{Uplink: "eth0", Up: true})
	w.run(22*time.Second + 600*ms)
	if u := d.state.View().Uplinks[0]; u.Sight != fold.SightBlind || !strings.HasPrefix(u.Why, "captive portal") {
		t.Errorf("100 ms after the link is back: %s (%s)", u.Sight, u.Why)
	}
	d.replays(t, 1)
}

// TestAPortalAfterAnAddressHasChanged: another network may have been joined while the link stayed up.
func TestAPortalAfterAnAddressHasChanged(t *testing.T) {
	w := gatedWorld(time.Second, 10*time.Second, 21*time.Second, time.Hour, firmware.OutcomeOK)
	d := w.devices[0]
	d.step(fold.Link{Uplink: "eth0", Up: true})
	w.run(22*time.Second + 500*ms)
	if u := d.state.View().Uplinks[0]; u.Sight != fold.SightSighted {
		t.Fatalf("before: %s (%s)", u.Sight, u.Why)
	}
	d.step(fold.Link{Uplink: "eth0", Up: true})
	w.run(22*time.Second + 600*ms)
	if u := d.state.View().Uplinks[0]; u.Sight != fold.SightBlind || !strings.HasPrefix(u.Why, "captive portal") {
		t.Errorf("100 ms after another address: %s (%s)", u.Sight, u.Why)
	}
	d.replays(t, 1)
}

// TestNothingOfAPortalIsLeft: runs that failed behind a portal, before it was known or after, fail nobody once it is gone.
func TestNothingOfAPortalIsLeft(t *testing.T) {
	for name, failing := range map[string][]time.Duration{
		"before it was known": {1000 * ms, 1200 * ms, 1400 * ms, 1600 * ms},
		"while it stood":      {3000 * ms, 3200 * ms, 3400 * ms, 3600 * ms},
	} {
		d := gatedWorld(time.Second, time.Second, time.Hour, time.Hour, firmware.OutcomeOK).devices[0]
		see := func(at time.Duration, ref firmware.CheckRef, o firmware.Outcome) {
			d.w.now = at
			d.step(fold.Result{Result: firmware.Result{Check: ref, Uplink: "eth0", Start: d.w.stamp().Add(-20 * ms), Outcome: o, Detail: "captive portal at x"}})
		}
		well := func(at time.Duration, gate firmware.Outcome) {
			for i := range 3 {
				see(at, firmware.CheckRef{Name: fmt.Sprintf("control%d", i)}, firmware.OutcomeOK)
			}
			see(at, firmware.CheckRef{Name: "gate"}, gate)
		}
		runs := func(from, to time.Duration) {
			for _, at := range failing {
				if at >= from && at < to {
					see(at, firmware.CheckRef{Service: "api", Name: "home"}, firmware.OutcomeTLSHostname)
				}
			}
		}
		runs(0, 2*time.Second)
		well(2*time.Second, firmware.OutcomePortal)
		runs(2*time.Second, 4*time.Second)
		well(4*time.Second, firmware.OutcomeOK)
		if v := d.state.View().Services[0].Votes[0]; v.State != firmware.VoteNone || v.Uplink != "eth0" {
			t.Errorf("%s: %s (%s)", name, v.State, v.Why)
		}
	}
}
