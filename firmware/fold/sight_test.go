package fold_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// span is a time during which something is so.
type span struct{ from, to time.Duration }

func (s span) has(at time.Duration) bool { return at >= s.from && at < s.to }

// dark is a world in which nothing answers anybody during any of blind; controls give up sooner than services and are
// back late after them, and what else a service does, sick says.
func dark(n int, late time.Duration, sick truth, blind ...span) *world {
	return newWorld(n, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		for _, b := range blind {
			if ref.Service == "" {
				b.to += late
			}
			if took := 900 * ms; b.has(at) {
				if ref.Service != "" {
					took = 1200 * ms
				}
				return firmware.Result{Outcome: firmware.OutcomeTCPTimeout, Took: took}
			}
		}
		if ref.Service == "" {
			return ok(20 * ms)
		}
		return sick(at, v, ref)
	})
}

func well(time.Duration, firmware.Vantage, firmware.CheckRef) firmware.Result { return ok(20 * ms) }

// earned holds every vote that turned to fail to the rule: three bad runs that began after the uplink's sight last returned.
func (d *device) earned(t tester) {
	t.Helper()
	back := map[string]firmware.Stamp{}
	lost := map[string]bool{}
	failing := map[string]bool{}
	for _, tr := range d.made {
		if tr.Kind == "uplink" {
			was := lost[tr.Subject]
			lost[tr.Subject] = tr.To == string(fold.SightBlind) || tr.To == string(fold.SightDown) || was && tr.To == string(fold.SightUnknown)
			if was && tr.To == string(fold.SightSighted) {
				back[tr.Subject] = tr.At
			}
		}
		if tr.Kind != "vote" {
			continue
		}
		fails := tr.Vote.State == firmware.VoteFail
		if fails && !failing[tr.Subject] {
			if n := d.badRuns(tr.Vote.Uplink, back[tr.Vote.Uplink], tr.At); n < 3 {
				t.Fatalf("%s at %v: %s fails with %d bad runs since its sight returned at %v: %s", d.id, tr.At.Up-time.Hour, tr.Subject, n, back[tr.Vote.Uplink].Up-time.Hour, tr.Why)
			}
		}
		failing[tr.Subject] = fails
	}
}

// badRuns counts the runs against the service that one check of it began over an uplink since from, the most of any.
func (d *device) badRuns(uplink string, from, until firmware.Stamp) (most int) {
	runs := map[string]int{}
	for _, e := range d.journal {
		r, is := e.Body.(fold.Result)
		if !is || e.At.After(until) || r.Uplink != uplink || r.Check.Service == "" || r.Start.Up < from.Up || !r.Outcome.Bad() {
			continue
		}
		runs[r.Check.Name]++
		most = max(most, runs[r.Check.Name])
	}
	return most
}

// TestBlindTimeProvesNothingAfter: nobody fails a service that is well, when everybody's sight returns at once.
func TestBlindTimeProvesNothingAfter(t *testing.T) {
	for i := range 12 {
		from := 20*time.Second + time.Duration(i)*137*ms
		w := dark(2, -600*ms, well, span{from, from + 10*time.Second})
		w.run(from + 30*time.Second)
		for _, d := range w.devices {
			d.earned(t)
			for _, tr := range d.made {
				if tr.Kind == "vote" && strings.HasPrefix(tr.To, "fail") {
					t.Errorf("blind from %v: %s at %v over %s: %s", from, d.id, tr.At.Up-time.Hour, tr.Subject, tr.Why)
				}
			}
			if d.decision().Status != firmware.StatusUp {
				t.Errorf("blind from %v: %s ends %s", from, d.id, d.decision().Status)
			}
			d.replays(t, 7)
		}
	}
}

// TestAnOutageBegunWhileBlindIsConfirmed: by fresh runs, soon after sight returned.
func TestAnOutageBegunWhileBlindIsConfirmed(t *testing.T) {
	w := dark(2, 0, outage(25*time.Second, time.Hour), span{20 * time.Second, 30 * time.Second})
	w.run(40 * time.Second)
	for _, d := range w.devices {
		d.earned(t)
		if d.decision().Status != firmware.StatusConfirmed {
			t.Errorf("%s, 10 s after sight returned: %s", d.id, d.decision().Status)
		}
		d.replays(t, 7)
	}
}

// TestFlappingSightDoesNotHideAnOutage: an uplink that sees for three seconds of every six has time for its fresh runs.
func TestFlappingSightDoesNotHideAnOutage(t *testing.T) {
	var flaps []span
	for at := 20 * time.Second; at < 80*time.Second; at += 6 * time.Second {
		flaps = append(flaps, span{at, at + 3*time.Second})
	}
	w := dark(2, 0, outage(20*time.Second, time.Hour), flaps...)
	w.run(60 * time.Second)
	for _, d := range w.devices {
		d.earned(t)
		if statuses, at := d.arc(); !slices.Contains(statuses, firmware.StatusConfirmed) {
			t.Errorf("%s: %v at %v", d.id, statuses, at)
		}
	}
}

// TestResolversThatRememberTheDark: what they failed to look up while nobody could fails nobody; names that stay lost do.
func TestResolversThatRememberTheDark(t *testing.T) {
	for name, c := range map[string]struct {
		until time.Duration
		want  firmware.Status
	}{"for 5 s": {35 * time.Second, firmware.StatusUp}, "for good": {time.Hour, firmware.StatusConfirmed}} {
		w := dark(2, 0, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
			if at >= 20*time.Second && at < c.until {
				return firmware.Result{Outcome: firmware.OutcomeDNSServFail, Took: 5 * ms}
			}
			return ok(20 * ms)
		}, span{20 * time.Second, 30 * time.Second})
		w.run(46 * time.Second)
		for _, d := range w.devices {
			statuses, at := d.arc()
			if d.decision().Status != c.want || slices.Contains(statuses, firmware.StatusConfirmed) != (c.want == firmware.StatusConfirmed) {
				t.Errorf("%s, %s: %v at %v", name, d.id, statuses, at)
			}
			d.replays(t, 7)
		}
	}
}

// TestEveryFailureIsSeenWithGoodEyes draws dark times and outages.
func TestEveryFailureIsSeenWithGoodEyes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(what string) (s span) {
			s.from = time.Duration(rapid.IntRange(5000, 45000).Draw(t, what+" from")) * ms
			s.to = s.from + time.Duration(rapid.IntRange(100, 15000).Draw(t, what+" for"))*ms
			return s
		}
		ill, blind, again := draw("outage"), draw("dark"), draw("dark again")
		late := time.Duration(rapid.IntRange(0, 4000).Draw(t, "controls late by")) * ms
		w := dark(1, late, outage(ill.from, ill.to), blind, again)
		down := time.Duration(rapid.IntRange(5, 50).Draw(t, "link down")) * time.Second
		w.after(down, func() { w.devices[0].step(fold.Link{Uplink: "eth0", Why: "no carrier"}) })
		w.after(down+2*time.Second, func() { w.devices[0].step(fold.Link{Uplink: "eth0", Up: true}) })
		w.run(70 * time.Second)
		for _, d := range w.devices {
			d.earned(t)
			d.replays(t, rapid.IntRange(1, 50).Draw(t, "checkpoint every"))
		}
	})
}
