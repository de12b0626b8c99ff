package fold_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// TestNoSinglePartyConfirms lets one party of four sites do whatever it likes: invariant 2.
func TestNoSinglePartyConfirms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		culprit := rapid.SampledFrom([]string{"dev0", "dev1", "dev2", "dev3"}).Draw(t, "culprit")
		whole := rapid.Bool().Draw(t, "whole device")
		outcomes := []firmware.Outcome{
			firmware.OutcomeOK, firmware.OutcomeHTTPStatus, firmware.OutcomeTCPTimeout, firmware.OutcomeLocalFault,
			firmware.OutcomeSlow, firmware.OutcomeTLSUnknownCA, firmware.OutcomeDNSServFail,
		}
		services := rapid.SliceOfN(rapid.SampledFrom(outcomes), 8, 8).Draw(t, "service by 10 s")
		controls := rapid.SliceOfN(rapid.SampledFrom(outcomes), 8, 8).Draw(t, "control by 10 s")
		lossy := rapid.IntRange(0, 2).Draw(t, "every n-th peer message lost")
		n := 0
		w := newWorld(4, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
			if v.Device != culprit || !whole && v.Uplink != "eth0" {
				return ok(20 * ms)
			}
			i := int(at/(10*time.Second)) % 8
			o := services[i]
			if ref.Service == "" {
				o = controls[i]
			}
			return firmware.Result{Outcome: o, Took: 15 * ms}
		})
		w.lag = func(from, to string) time.Duration {
			if n++; lossy > 0 && n%(lossy+1) == 0 {
				return -1
			}
			return time.Duration(n%50) * ms
		}
		w.run(80 * time.Second)
		for _, d := range w.devices {
			if statuses, _ := d.arc(); slices.Contains(statuses, firmware.StatusConfirmed) {
				t.Fatalf("%s confirmed what only %s saw: %v", d.id, culprit, statuses)
			}
		}
	})
}

// TestReplayFromAnywhere is invariant 5: whatever happened, and from any checkpoint.
func TestReplayFromAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := time.Duration(rapid.IntRange(5, 30).Draw(t, "from")) * time.Second
		to := from + time.Duration(rapid.IntRange(1, 30).Draw(t, "for"))*time.Second
		restart := time.Duration(rapid.IntRange(1, 60).Draw(t, "restart")) * time.Second
		k := rapid.IntRange(1, 97).Draw(t, "checkpoint every")
		w := newWorld(2, time.Second, outage(from, to))
		w.after(restart, func() { w.devices[0].start(w.devices[0].state.Set) })
		w.after(restart/2, func() {
			w.devices[1].step(fold.Part{Name: "feed/main", OK: restart%2 == 0, Why: "drawn"})
			w.devices[1].step(fold.Link{Uplink: "eth0", Up: restart%3 != 0, Why: "cable"})
			w.devices[1].step(fold.Command{Ack: &fold.Ack{Service: "api", By: "anna"}})
		})
		w.run(75 * time.Second)
		for _, d := range w.devices {
			d.replays(t, k)
		}
	})
}

// TestStepLeavesItsArgumentAlone is the other half of purity.
func TestStepLeavesItsArgumentAlone(t *testing.T) {
	w := newWorld(2, time.Second, outage(10*time.Second, 15*time.Second))
	w.run(9 * time.Second)
	d := w.devices[0]
	held := d.state
	before, err := held.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	w.run(40 * time.Second)
	after, err := held.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Errorf("folding on changed a state that was kept:\n%s\n%s", before, after)
	}
}

// TestGreenHasEvidence is the fold's half of invariant 1: at every event, a service that is up for a region was
// seen to pass by somebody within the validity of that evidence.
func TestGreenHasEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		silent := time.Duration(rapid.IntRange(5, 20).Draw(t, "silent from")) * time.Second
		w := newWorld(2, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
			if at > silent {
				return firmware.Result{Outcome: firmware.OutcomeLocalFault, Took: ms}
			}
			return ok(20 * ms)
		})
		w.run(silent + 3600*ms)
		for _, d := range w.devices {
			d.turn()
			for _, s := range d.state.View().Services {
				metered := slices.ContainsFunc(s.Votes, func(v firmware.Vote) bool { return v.State == firmware.VotePass && v.Uplink == "wwan0" })
				if s.Decision.Status == firmware.StatusUp && !metered {
					t.Fatalf("%s is up without evidence: %+v", d.id, s.Decision)
				}
				for _, v := range s.Votes {
					if v.State == firmware.VotePass && w.stamp().Since(v.Evidence) > v.ValidFor {
						t.Fatalf("%s passes on evidence of age %v", d.id, w.stamp().Since(v.Evidence))
					}
				}
			}
		}
	})
}

func BenchmarkStep(b *testing.B) {
	w := newWorld(2, time.Second, outage(time.Hour, time.Hour))
	w.run(30 * time.Second)
	s := w.devices[0].state
	r := ok(20 * ms)
	r.Check, r.Uplink = firmware.CheckRef{Service: "api", Name: "home"}, "eth0"
	at := w.stamp()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at = at.Add(time.Millisecond)
		r.Start = at
		s, _ = fold.Step(s, fold.Event{At: at, Body: fold.Result{Result: r}})
	}
}
