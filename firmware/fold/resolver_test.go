package fold_test

import (
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

const unheard = "resolver 192.0.2.53 does not answer"

// unresolvedWorld is two devices of which the first has no resolver that works over eth0 from 12 s to 50 s: what any name
// comes to then. Where pinned, the controls need none.
func unresolvedWorld(name firmware.Outcome, pinned bool) *world {
	return newWorld(2, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		out := ok(20 * ms)
		if !pinned || ref.Service != "" {
			out.Phases.Resolve = ms
			if at >= 12*time.Second && at < 50*time.Second && v.Device == "dev0" && v.Uplink == "eth0" {
				out.Outcome, out.Took, out.Detail = name, 900*ms, unheard
			}
		}
		return out
	})
}

// TestADeadResolverIsAnUplinkFact: it is named at once, in the feed too; what it makes of a service's checks never fails
// a vote over that uplink; and nothing of it is left once it answers. A provider's dead names, asked of a resolver that
// lives, still fail.
func TestADeadResolverIsAnUplinkFact(t *testing.T) {
	for _, c := range []struct {
		name   firmware.Outcome
		pinned bool
		fails  bool
		soon   fold.Sight // at 16 s
		later  fold.Sight // at 40 s
	}{
		{firmware.OutcomeDeadResolver, true, false, fold.SightSighted, fold.SightSighted},
		{firmware.OutcomeDeadResolver, false, false, fold.SightBlind, fold.SightBlind},
		{firmware.OutcomeDNSTimeout, true, true, fold.SightSighted, fold.SightSighted},
	} {
		w := unresolvedWorld(c.name, c.pinned)
		d := w.devices[0]
		why := ""
		if c.name == firmware.OutcomeDeadResolver {
			why = unheard
		}
		for _, at := range []struct {
			when  time.Duration
			sight fold.Sight
			why   string
		}{{11 * time.Second, fold.SightSighted, ""}, {16 * time.Second, c.soon, why}, {40 * time.Second, c.later, why}, {70 * time.Second, fold.SightSighted, ""}} {
			w.run(at.when)
			if u := d.state.View().Uplinks[0]; u.Sight != at.sight || u.Why != at.why {
				t.Errorf("%s, controls pinned %v, at %v: %s (%s), want %s (%s)", c.name, c.pinned, at.when, u.Sight, u.Why, at.sight, at.why)
			}
		}
		failed, named := false, 0
		for _, tr := range d.made {
			failed = failed || tr.Kind == "vote" && strings.HasSuffix(tr.Subject, "/eth0") && tr.Vote.State == firmware.VoteFail
			if tr.Kind == "uplink" && tr.Subject == "eth0" && tr.Why == unheard {
				named++
			}
		}
		if failed != c.fails || (named > 0) != (why != "") || named > 2 {
			t.Errorf("%s, controls pinned %v: a vote failed %v, want %v; named %d times", c.name, c.pinned, failed, c.fails, named)
		}
		d.replays(t, 7)
	}
}

// TestADeadResolverOfBefore: an uplink that is back may have other resolvers, and a run that began before an answer says
// nothing of now.
func TestADeadResolverOfBefore(t *testing.T) {
	d := unresolvedWorld(firmware.OutcomeOK, true).devices[0]
	see := func(check string, began time.Duration, o firmware.Outcome) string {
		r := firmware.Result{Check: firmware.CheckRef{Service: "api", Name: check}, Uplink: "eth0", Outcome: o, Detail: unheard}
		r.Start, r.Phases.Resolve = firmware.Stamp{Boot: boot, Up: time.Hour + began}, ms
		d.step(fold.Result{Result: r})
		return d.state.View().Uplinks[0].Why
	}
	see("home", 1*time.Second, firmware.OutcomeDeadResolver)
	if why := see("origin", 2*time.Second, firmware.OutcomeDeadResolver); why != unheard {
		t.Fatalf("after two runs: %q", why)
	}
	d.step(fold.Link{Uplink: "eth0", Up: false, Why: "no carrier"})
	d.step(fold.Link{Uplink: "eth0", Up: true})
	if why := d.state.View().Uplinks[0].Why; why != "" {
		t.Errorf("back on another network: %s", why)
	}
	see("home", 5*time.Second, firmware.OutcomeOK)
	see("origin", 3*time.Second, firmware.OutcomeDeadResolver)
	if why := see("origin", 4*time.Second, firmware.OutcomeDeadResolver); why != "" {
		t.Errorf("after an answer, runs from before it say: %s", why)
	}
	d.replays(t, 1)
}
