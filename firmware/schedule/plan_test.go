package schedule_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/schedule"
)

var t0 = firmware.Stamp{Boot: firmware.BootID{1}, Up: time.Hour}

func jobs(n int, uplink string, every time.Duration) []schedule.Job {
	var out []schedule.Job
	for i := range n {
		out = append(out, schedule.Job{Ref: firmware.CheckRef{Service: "s", Name: fmt.Sprint("c", i)}, Uplink: uplink, Interval: every})
	}
	return out
}

// drive runs the plan for a time with every run lasting took, and returns what was started or missed.
func drive(p *schedule.Plan, from firmware.Stamp, span, took time.Duration, each func(schedule.Run, firmware.Stamp)) {
	type flight struct {
		run schedule.Run
		end firmware.Stamp
	}
	var air []flight
	for now := from; now.Since(from) <= span; now = now.Add(10 * time.Millisecond) {
		kept := air[:0]
		for _, f := range air {
			if f.end.Up <= now.Up {
				p.Ended(f.run.Ref, f.run.Uplink, now)
			} else {
				kept = append(kept, f)
			}
		}
		air = kept
		for _, r := range p.Due(now) {
			each(r, now)
			if !r.Missed {
				air = append(air, flight{r, now.Add(took)})
			}
		}
	}
}

func TestEveryJobRunsAtItsIntervalInSmallSlots(t *testing.T) {
	p := schedule.New(jobs(40, "eth0", 10*time.Second), "berlin", t0, schedule.Defaults())
	first := map[firmware.CheckRef]firmware.Stamp{}
	starts := map[firmware.CheckRef][]firmware.Stamp{}
	together := map[firmware.Stamp]int{}
	drive(p, t0, 65*time.Second, 50*time.Millisecond, func(r schedule.Run, now firmware.Stamp) {
		if first[r.Ref].Zero() {
			first[r.Ref] = now
		}
		starts[r.Ref] = append(starts[r.Ref], now)
		together[now]++
	})
	for ref, at := range starts {
		if d := first[ref].Since(t0); d > 5*time.Second {
			t.Errorf("%v first ran after %v", ref, d)
		}
		for i := 2; i < len(at); i++ {
			if gap := at[i].Since(at[i-1]); gap < 9900*time.Millisecond || gap > 10100*time.Millisecond {
				t.Errorf("%v ran %v after the run before", ref, gap)
			}
		}
	}
	if len(starts) != 40 {
		t.Errorf("%d of 40 jobs ran", len(starts))
	}
	for at, n := range together {
		if n > 4 && at.Since(t0) > 10*time.Second {
			t.Errorf("%d probes started together", n)
		}
	}
}

func TestAJobInFlightIsMissedNotDoubled(t *testing.T) {
	p := schedule.New(jobs(1, "eth0", time.Second), "berlin", t0, schedule.Defaults())
	started, missed := 0, 0
	drive(p, t0, 10*time.Second, 2500*time.Millisecond, func(r schedule.Run, _ firmware.Stamp) {
		if r.Missed {
			missed++
		} else {
			started++
		}
	})
	if started < 3 || started > 4 || started+missed < 9 {
		t.Errorf("started %d, missed %d in 10 s of runs that last 2.5 s", started, missed)
	}
}

func TestABurstRechecksAtOnceWithControls(t *testing.T) {
	js := append(jobs(1, "eth0", 10*time.Second), schedule.Job{Ref: firmware.CheckRef{Name: "control"}, Uplink: "eth0", Interval: 10 * time.Second})
	p := schedule.New(js, "berlin", t0, schedule.Defaults())
	drive(p, t0, 20*time.Second, 20*time.Millisecond, func(schedule.Run, firmware.Stamp) {})
	now := t0.Add(21 * time.Second)
	drive(p, now, 0, 0, func(schedule.Run, firmware.Stamp) {})
	p.Attend("s", "eth0", schedule.Burst, now)
	p.Prove("eth0", now)
	count := map[string]int{}
	drive(p, now, time.Second, 20*time.Millisecond, func(r schedule.Run, at firmware.Stamp) {
		if count[r.Ref.Name]++; count[r.Ref.Name] == 1 && at.Since(now) > 150*time.Millisecond {
			t.Errorf("%v ran first after %v", r.Ref, at.Since(now))
		}
	})
	if count["c0"] < 5 || count["c0"] > 7 || count["control"] < 1 || count["control"] > 2 {
		t.Errorf("runs in a second of a burst: %v", count)
	}
	p.Attend("s", "eth0", schedule.Calm, now.Add(time.Second))
	if next := p.Next().Since(now); next < 1100*time.Millisecond {
		t.Errorf("after the burst something is due again after %v", next)
	}
}

// TestProgress holds that whatever happens, nothing is due twice at one instant and Next never lies in the past.
func TestProgress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "jobs")
		every := time.Duration(rapid.IntRange(1000, 60000).Draw(t, "interval")) * time.Millisecond
		p := schedule.New(jobs(n, "eth0", every), rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "device"), t0, schedule.Defaults())
		now := t0
		for range 200 {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				p.Attend("s", "eth0", schedule.Attention(rapid.IntRange(0, 2).Draw(t, "level")), now)
			case 1:
				p.Ended(firmware.CheckRef{Service: "s", Name: "c0"}, "eth0", now)
			default:
				now = now.Add(time.Duration(rapid.IntRange(1, 5000).Draw(t, "ms")) * time.Millisecond)
				p.Due(now)
				if again := p.Due(now); len(again) > 0 {
					t.Fatalf("due twice at one instant: %v", again)
				}
				if next := p.Next(); next.Up <= now.Up {
					t.Fatalf("next is %v before now", now.Since(next))
				}
			}
		}
	})
}

// TestRefusedRunWaitsAnInterval: an uplink that cannot bear a run is not asked again at the pace of a burst.
func TestRefusedRunWaitsAnInterval(t *testing.T) {
	ref := firmware.CheckRef{Service: "api", Name: "home"}
	at := func(d time.Duration) firmware.Stamp {
		return firmware.Stamp{Boot: firmware.BootID{1}, Up: time.Hour + d}
	}
	p := schedule.New([]schedule.Job{{Ref: ref, Uplink: "lte", Interval: 10 * time.Minute, Bytes: 7}}, "berlin", at(0), schedule.Defaults())
	if due := p.Due(at(5 * time.Second)); len(due) != 1 || due[0].Incident || due[0].Bytes != 7 {
		t.Fatalf("calm: %+v", due)
	}
	p.Ended(ref, "lte", at(5*time.Second))
	p.Attend("api", "lte", schedule.Burst, at(time.Minute))
	if due := p.Due(at(2 * time.Minute)); len(due) != 1 || !due[0].Incident {
		t.Fatalf("in a burst: %+v", due)
	}
	p.Refused(ref, "lte", at(2*time.Minute))
	if due := p.Due(at(11 * time.Minute)); len(due) != 0 {
		t.Errorf("asked again too soon: %+v", due)
	}
	if due := p.Due(at(12 * time.Minute)); len(due) != 1 || due[0].Missed {
		t.Errorf("not asked again: %+v", due)
	}
}
