package fold_test

import (
	"slices"
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

const ms = time.Millisecond

// outage is a truth in which the service answers 503 everywhere between from and to.
func outage(from, to time.Duration) truth {
	return func(t time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		if ref.Service == "api" && t >= from && t < to {
			return status503(10 * ms)
		}
		return ok(20 * ms)
	}
}

func TestTheWholeArc(t *testing.T) {
	w := newWorld(2, time.Second, outage(30*time.Second, 60*time.Second))
	w.run(90 * time.Second)
	for _, d := range w.devices {
		statuses, at := d.arc()
		want := []firmware.Status{firmware.StatusUp, firmware.StatusSuspected, firmware.StatusConfirmed, firmware.StatusRecovering, firmware.StatusUp}
		if !slices.Equal(statuses, want) {
			t.Fatalf("%s: %v at %v, want %v", d.id, statuses, at, want)
		}
		if s, c := at[1]-30*time.Second, at[2]-30*time.Second; s < 0 || s > 2*time.Second || c > 3*time.Second {
			t.Errorf("%s: suspected after %v, confirmed after %v", d.id, s, c)
		}
		t.Logf("%s: suspected after %v, confirmed after %v, up %v after the fix", d.id, at[1]-30*time.Second, at[2]-30*time.Second, at[4]-60*time.Second)
		d.replays(t, 1<<30)
		d.replays(t, 1)
		d.replays(t, 17)
	}
	a, b := w.devices[0].made, w.devices[1].made
	if len(a) == 0 || len(b) == 0 {
		t.Fatal("no transitions")
	}
}

func TestIncidentsHaveOneNameEverywhere(t *testing.T) {
	w := newWorld(2, time.Second, outage(30*time.Second, time.Hour))
	w.run(40 * time.Second)
	a, b := w.devices[0].decision(), w.devices[1].decision()
	if a.Incident.Zero() || a.Incident != b.Incident || !slices.Equal(a.Aliases, b.Aliases) {
		t.Errorf("incidents %v %v and %v %v", a.Incident, a.Aliases, b.Incident, b.Aliases)
	}
	if !slices.Equal(a.Scope.Targets, []string{"eu", "us"}) || !slices.Equal(a.Scope.Observers, []string{"eu", "us"}) {
		t.Errorf("scope %+v", a.Scope)
	}
	if a.Impact != firmware.ImpactDown || a.Voters != 4 || a.Failing != 4 {
		t.Errorf("decision %+v", a)
	}
}

func TestADeadRouterIsNeverAnOutage(t *testing.T) {
	w := newWorld(2, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		if v.Device == "dev1" && at > 30*time.Second {
			return firmware.Result{Outcome: firmware.OutcomeTCPTimeout, Took: time.Second}
		}
		return ok(20 * ms)
	})
	w.lag = func(from, to string) time.Duration {
		if w.now > 30*time.Second {
			return -1
		}
		return 30 * ms
	}
	w.run(120 * time.Second)
	if d := w.devices[0].decision(); d.Status != firmware.StatusUp || d.Witnesses != firmware.WitnessesEnough && d.Witnesses != firmware.WitnessesSingle {
		t.Errorf("the healthy site says %+v", d)
	}
	if d := w.devices[1].decision(); d.Status != firmware.StatusUnknown {
		t.Errorf("the blind site says %v (%s), want unknown", d.Status, d.Why)
	}
	if v := w.devices[1].state.View(); v.Uplinks[0].Sight != "blind" {
		t.Errorf("the dead uplink is %v", v.Uplinks[0].Sight)
	}
	for _, d := range w.devices {
		if statuses, _ := d.arc(); slices.Contains(statuses, firmware.StatusConfirmed) {
			t.Errorf("%s confirmed an outage that was not: %v", d.id, statuses)
		}
	}
}

func TestALoneDeviceNeverConfirms(t *testing.T) {
	w := newWorld(1, time.Second, outage(30*time.Second, time.Hour))
	w.run(60 * time.Second)
	d := w.devices[0].decision()
	if d.Status != firmware.StatusSingleSite || d.Witnesses != firmware.WitnessesSingle {
		t.Errorf("a lone device says %v with witnesses %v (%s)", d.Status, d.Witnesses, d.Why)
	}
}

func TestOneSiteBlockedIsPartial(t *testing.T) {
	w := newWorld(3, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		if ref.Service == "api" && v.Device == "dev1" && v.Uplink == "eth0" && at > 30*time.Second {
			return firmware.Result{Outcome: firmware.OutcomeRefused, Took: ms}
		}
		return ok(20 * ms)
	})
	w.run(30*time.Second + 6*time.Minute)
	for _, d := range w.devices {
		if got := d.decision(); got.Status != firmware.StatusPartial {
			t.Errorf("%s says %v (%s), want partial", d.id, got.Status, got.Why)
		}
	}
}

func TestMaskedBehindACache(t *testing.T) {
	w := newWorld(2, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		switch {
		case ref.Name == "origin" && at > 30*time.Second:
			return status503(10 * ms)
		case ref.Name == "home":
			r := ok(5 * ms)
			r.Cache = firmware.CacheEvidence{State: firmware.CacheHit, Aged: true, Age: 412 * time.Second, Fresh: 53 * time.Minute}
			return r
		}
		return ok(20 * ms)
	})
	w.run(40 * time.Second)
	for _, d := range w.devices {
		got := d.decision()
		if got.Status != firmware.StatusConfirmed || got.Impact != firmware.ImpactMasked || got.MaskedFor != 53*time.Minute {
			t.Errorf("%s says %v %v for %v (%s)", d.id, got.Status, got.Impact, got.MaskedFor, got.Why)
		}
	}
}

func TestRegionsRecoverApart(t *testing.T) {
	w := newWorld(2, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		end := 60 * time.Second
		if v.Device == "dev1" { // eu
			end = 75 * time.Second
		}
		return outage(30*time.Second, end)(at, v, ref)
	})
	w.run(70 * time.Second)
	for _, d := range w.devices {
		got := d.decision()
		if got.Status != firmware.StatusConfirmed || got.Regions[0].Status != firmware.StatusConfirmed || got.Regions[1].Status != firmware.StatusUp {
			t.Errorf("%s while only eu fails: %v %+v", d.id, got.Status, got.Regions)
		}
	}
	w.run(90 * time.Second)
	for _, d := range w.devices {
		if got := d.decision(); got.Status != firmware.StatusUp {
			t.Errorf("%s in the end: %v (%s)", d.id, got.Status, got.Why)
		}
	}
}

func TestLosingTheWitnessesDoesNotEndAnIncident(t *testing.T) {
	w := newWorld(2, time.Second, outage(30*time.Second, 50*time.Second))
	w.run(40 * time.Second)
	w.devices[1].dead = true
	w.run(100 * time.Second)
	d := w.devices[0].decision()
	if d.Status != firmware.StatusConfirmed || d.Unobserved.Zero() {
		t.Errorf("after the eu witness died: %v unobserved %v (%s)", d.Status, d.Unobserved, d.Why)
	}
}

func TestARestartKeepsTheIncident(t *testing.T) {
	w := newWorld(2, time.Second, outage(30*time.Second, 60*time.Second))
	w.run(40 * time.Second)
	d := w.devices[0]
	before := d.decision().Incident
	d.start(d.state.Set)
	if got := d.decision(); got.Status != firmware.StatusConfirmed || got.Incident != before {
		t.Errorf("after the restart: %v %v, want the open incident %v", got.Status, got.Incident, before)
	}
	w.run(100 * time.Second)
	for _, d := range w.devices {
		if got := d.decision(); got.Status != firmware.StatusUp {
			t.Errorf("%s in the end: %v (%s)", d.id, got.Status, got.Why)
		}
		d.replays(t, 29)
	}
}

func TestAMeteredUplinkRechecksItsOwnBadRun(t *testing.T) {
	first := true
	w := newWorld(2, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		if v.Device == "dev0" && v.Uplink == "wwan0" && ref.Name == "home" && first {
			first = false
			return status503(10 * ms)
		}
		return ok(20 * ms)
	})
	w.run(3 * time.Second)
	for _, d := range w.devices {
		if got := d.decision(); got.Status != firmware.StatusUp {
			t.Errorf("%s still says %v (%s) three seconds after one bad run over a metered uplink", d.id, got.Status, got.Why)
		}
	}
}

func TestABlackholeIsConfirmed(t *testing.T) {
	w := newWorld(2, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		if ref.Service == "api" && at > 30*time.Second {
			return firmware.Result{Outcome: firmware.OutcomeTCPTimeout, Took: time.Second}
		}
		return ok(20 * ms)
	})
	w.run(40 * time.Second)
	for _, d := range w.devices {
		if _, at := d.arc(); d.decision().Status != firmware.StatusConfirmed || at[2]-30*time.Second > 5*time.Second {
			t.Errorf("%s: %v (%s) at %v", d.id, d.decision().Status, d.decision().Why, at)
		}
	}
}

func TestAVantageThatFailsForEverSparesNoOutage(t *testing.T) {
	const blocked, cut = 30 * time.Second, 5 * time.Minute
	w := newWorld(3, 10*time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		if ref.Service == "api" && (at > cut || at > blocked && v.Device == "dev1" && v.Uplink == "eth0") {
			return firmware.Result{Outcome: firmware.OutcomeRefused, Took: ms}
		}
		return ok(20 * ms)
	})
	w.run(cut + 15*time.Second)
	for _, d := range w.devices {
		statuses, at := d.arc()
		last := len(at) - 1
		if statuses[last] != firmware.StatusConfirmed || at[last]-cut > 2*time.Second {
			t.Errorf("%s: %v at %v", d.id, statuses, at)
		}
	}
}

func TestWithoutControlsABurstEndsWhenItIsClear(t *testing.T) {
	runs := 0
	w := &world{lag: func(string, string) time.Duration { return -1 }}
	w.truth = func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		if v.Uplink == "eth0" && ref.Name == "home" && at > 30*time.Second {
			runs++
			return firmware.Result{Outcome: firmware.OutcomeRefused, Took: ms}
		}
		return ok(20 * ms)
	}
	set := settings("dev0", fleet(1), 10*time.Second)
	set.Rules = set.Rules[:2]
	d := &device{w: w, id: "dev0"}
	w.devices = []*device{d}
	d.start(set)
	w.run(42 * time.Second)
	if d.decision().Status != firmware.StatusSuspected || runs > 20 {
		t.Errorf("%v after %d runs in 12 s: nothing can prove it, so nothing is won by looking again and again", d.decision().Status, runs)
	}
}
