package verdict_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/verdict"
)

const (
	ms    = time.Millisecond
	every = 10 * time.Second
)

var boot = firmware.BootID{1}

func at(d time.Duration) firmware.Stamp { return firmware.Stamp{Boot: boot, Up: time.Hour + d} }

// desk is one service over eth0: an edge check, an origin check, a lesser edge check and three controls.
type desk struct {
	tracks map[string]verdict.Track
	rules  []verdict.Rule
	vote   firmware.Vote
	seq    uint64
	down   string
}

func newDesk() *desk {
	d := &desk{tracks: map[string]verdict.Track{}, vote: firmware.Vote{State: firmware.VoteNone}}
	interval := map[string]time.Duration{"eth0": every}
	add := func(service, name string, role firmware.Role, critical bool) {
		d.rules = append(d.rules, verdict.Rule{Ref: firmware.CheckRef{Service: service, Name: name}, Role: role, Critical: critical, Interval: interval, Timeout: time.Second, Marker: name == "home"})
	}
	add("api", "home", firmware.RoleEdge, true)
	add("api", "origin", firmware.RoleOrigin, false)
	add("api", "extra", firmware.RoleEdge, false)
	add("", "c1", firmware.RoleControl, false)
	add("", "c2", firmware.RoleControl, false)
	add("", "c3", firmware.RoleControl, false)
	return d
}

// see takes a result of a check that started at start, and casts the vote then.
func (d *desk) see(start time.Duration, name string, o firmware.Outcome) *desk {
	return d.seeResult(start, name, firmware.Result{Outcome: o, Status: 200})
}

func (d *desk) seeResult(start time.Duration, name string, r firmware.Result) *desk {
	d.seq++
	r.Start = at(start)
	d.tracks[name] = d.tracks[name].Observe(r, d.seq)
	d.cast(start)
	return d
}

func (d *desk) cast(now time.Duration) firmware.Vote {
	in := verdict.Desk{Target: firmware.Target{Service: "api"}, Uplink: "eth0", Device: "dev", Epoch: 7, Down: d.down}
	for _, r := range d.rules {
		track := d.tracks[r.Ref.Name]
		c := verdict.Case{Rule: &r, Track: &track}
		if r.Role == firmware.RoleControl || r.Role == firmware.RolePortal {
			in.Controls = append(in.Controls, c)
		} else {
			in.Checks = append(in.Checks, c)
		}
	}
	d.vote = verdict.Cast(d.vote, in, at(now), verdict.Defaults())
	return d.vote
}

// well sees everything pass at 0.
func (d *desk) well() *desk {
	for _, r := range d.rules {
		d.see(0, r.Ref.Name, firmware.OutcomeOK)
	}
	return d
}

func (d *desk) controls(start time.Duration, outcomes ...firmware.Outcome) *desk {
	for i, o := range outcomes {
		d.see(start, []string{"c1", "c2", "c3"}[i], o)
	}
	return d
}

const (
	ok  = firmware.OutcomeOK
	bad = firmware.OutcomeHTTPStatus
)

func hit(age time.Duration) firmware.Result {
	return firmware.Result{Outcome: ok, Status: 200, Cache: firmware.CacheEvidence{State: firmware.CacheHit, Aged: true, Age: age, Fresh: time.Hour - age}}
}

func TestVotesAreEarned(t *testing.T) {
	cases := []struct {
		name   string
		play   func(d *desk)
		state  firmware.VoteState
		impact firmware.Impact
	}{
		{"all as expected", func(d *desk) {}, firmware.VotePass, 0},
		{"one bad run pends", func(d *desk) { d.see(1*ms, "home", bad) }, firmware.VotePending, firmware.ImpactDown},
		{"three bad runs within 300 ms still pend", func(d *desk) {
			d.see(1*ms, "home", bad).controls(2*ms, ok, ok, ok).see(100*ms, "home", bad).see(250*ms, "home", bad)
		}, firmware.VotePending, firmware.ImpactDown},
		{"two bad runs far apart still pend", func(d *desk) { d.see(1*ms, "home", bad).controls(2*ms, ok, ok, ok).see(5*time.Second, "home", bad) }, firmware.VotePending, firmware.ImpactDown},
		{"three bad runs with controls after the first fail", func(d *desk) {
			d.see(1*ms, "home", bad).controls(2*ms, ok, ok, bad).see(160*ms, "home", bad).see(320*ms, "home", bad)
		}, firmware.VoteFail, firmware.ImpactDown},
		{"controls from before prove nothing", func(d *desk) {
			d.controls(1*ms, ok, ok, ok).see(2*ms, "home", bad).see(160*ms, "home", bad).see(320*ms, "home", bad)
		}, firmware.VotePending, firmware.ImpactDown},
		{"nor does one of three", func(d *desk) {
			d.see(1*ms, "home", bad).controls(2*ms, ok).see(160*ms, "home", bad).see(320*ms, "home", bad)
		}, firmware.VotePending, firmware.ImpactDown},
		{"failing controls blind", func(d *desk) {
			d.see(1*ms, "home", bad).see(160*ms, "home", bad).controls(200*ms, ok, bad, bad).see(320*ms, "home", bad)
		}, firmware.VoteNone, 0},
		{"a good run between starts anew", func(d *desk) {
			d.see(1*ms, "home", bad).controls(2*ms, ok, ok, ok).see(160*ms, "home", bad).see(320*ms, "home", ok).see(500*ms, "home", bad)
		}, firmware.VotePending, firmware.ImpactDown},
		{"our own fault says nothing", func(d *desk) {
			for i := range 5 {
				d.see(time.Duration(i*200)*ms, "home", firmware.OutcomeLocalFault)
			}
		}, firmware.VotePass, 0},
		{"evidence ends", func(d *desk) { d.cast(25*time.Second + ms) }, firmware.VoteNone, 0},
		{"evidence lasts two and a half intervals", func(d *desk) { d.cast(25 * time.Second) }, firmware.VotePass, 0},
		{"a dead uplink says nothing", func(d *desk) { d.down = "no carrier"; d.cast(ms) }, firmware.VoteNone, 0},
		{"slow is degraded", func(d *desk) {
			d.see(1*ms, "home", firmware.OutcomeSlow).controls(2*ms, ok, ok, ok).see(160*ms, "home", firmware.OutcomeSlow).see(320*ms, "home", firmware.OutcomeSlow)
		}, firmware.VoteFail, firmware.ImpactDegraded},
		{"a certificate that ends soon is degraded", func(d *desk) {
			soon := firmware.OutcomeTLSExpiring
			d.see(1*ms, "home", soon).controls(2*ms, ok, ok, ok).see(160*ms, "home", soon).see(320*ms, "home", soon)
		}, firmware.VoteFail, firmware.ImpactDegraded},
		{"a lesser edge check degrades", func(d *desk) {
			d.see(1*ms, "extra", bad).controls(2*ms, ok, ok, ok).see(160*ms, "extra", bad).see(320*ms, "extra", bad)
		}, firmware.VoteFail, firmware.ImpactDegraded},
		{"a dead origin behind a hit is masked", func(d *desk) {
			d.seeResult(1*ms, "home", hit(412*time.Second)).see(2*ms, "origin", bad).controls(3*ms, ok, ok, ok).see(160*ms, "origin", bad).see(320*ms, "origin", bad)
		}, firmware.VoteFail, firmware.ImpactMasked},
		{"an unchanged marker masks too", func(d *desk) {
			d.seeResult(1*ms, "home", firmware.Result{Outcome: ok, Marker: 5}).see(2*ms, "origin", bad).controls(3*ms, ok, ok, ok).
				see(160*ms, "origin", bad).seeResult(200*ms, "home", firmware.Result{Outcome: ok, Marker: 5}).see(320*ms, "origin", bad)
		}, firmware.VoteFail, firmware.ImpactMasked},
		{"a dead origin waits for an edge in doubt", func(d *desk) {
			d.see(1*ms, "origin", bad).see(1*ms, "home", bad).controls(2*ms, ok, ok, ok).see(160*ms, "origin", bad).see(160*ms, "home", bad).see(320*ms, "origin", bad)
		}, firmware.VotePending, firmware.ImpactDown},
		{"a dead origin behind a live answer is degraded", func(d *desk) {
			d.rules[0].Marker = false
			d.see(1*ms, "origin", bad).controls(2*ms, ok, ok, ok).see(160*ms, "origin", bad).see(320*ms, "origin", bad)
		}, firmware.VoteFail, firmware.ImpactDegraded},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk().well()
			c.play(d)
			if d.vote.State != c.state || d.vote.Impact != c.impact {
				t.Errorf("%v, %v (%s), want %v, %v", d.vote.State, d.vote.Impact, d.vote.Why, c.state, c.impact)
			}
		})
	}
}

func TestAnOriginThatNeverPassedDecidesNothing(t *testing.T) {
	d := newDesk()
	d.see(0, "home", ok).see(0, "origin", bad).controls(1*ms, ok, ok, ok).see(200*ms, "origin", bad).see(400*ms, "origin", bad)
	if d.vote.State != firmware.VotePass || d.vote.Why != "edge as expected; origin not observed" {
		t.Errorf("%v (%s)", d.vote.State, d.vote.Why)
	}
}

func TestAFailureEndsAfterThreeGoodRuns(t *testing.T) {
	d := newDesk().well()
	d.see(1*ms, "home", bad).controls(2*ms, ok, ok, ok).see(160*ms, "home", bad).see(320*ms, "home", bad)
	episode := d.vote.Episode
	if episode.Device != "dev" || episode.Epoch != 7 || episode.Sequence != 7 {
		t.Errorf("the episode is %v, want the first bad result's number, 7", episode)
	}
	for i, want := range []firmware.VoteState{firmware.VoteFail, firmware.VoteFail, firmware.VotePass} {
		d.see(time.Duration(i+1)*time.Second, "home", ok)
		if d.vote.State != want || want == firmware.VoteFail && (!d.vote.Recovering || d.vote.Episode != episode) {
			t.Errorf("after %d good runs: %+v", i+1, d.vote)
		}
	}
	d.see(5*time.Second, "home", bad)
	if d.vote.State != firmware.VotePending || d.vote.Episode != episode {
		t.Errorf("the next failure is another episode: %+v", d.vote)
	}
	for i := range 21 {
		d.see(time.Duration(i+6)*time.Second, "home", ok)
	}
	d.see(30*time.Second, "home", bad)
	if d.vote.State != firmware.VotePending || d.vote.Episode == episode || d.vote.Episode.Zero() {
		t.Errorf("a failure after 21 good rounds: %+v", d.vote)
	}
}

// TestNoFailureWithoutItsProof draws any history and holds every failing vote to the rule.
func TestNoFailureWithoutItsProof(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDesk()
		type run struct {
			start time.Duration
			bad   bool
		}
		last := map[string][]run{}
		var now time.Duration
		for range rapid.IntRange(1, 60).Draw(t, "runs") {
			now += time.Duration(rapid.IntRange(1, 2000).Draw(t, "ms")) * ms
			name := rapid.SampledFrom([]string{"home", "c1", "c2", "c3"}).Draw(t, "check")
			o := rapid.SampledFrom([]firmware.Outcome{ok, bad, bad, firmware.OutcomeLocalFault}).Draw(t, "outcome")
			if !o.Void() {
				last[name] = append(last[name], run{now, o.Bad()})
			}
			before := d.vote
			d.see(now, name, o)
			if d.vote.State != firmware.VoteFail || before.State == firmware.VoteFail {
				continue
			}
			home := last["home"]
			n := 0
			for n < len(home) && home[len(home)-1-n].bad {
				n++
			}
			if n < 3 || home[len(home)-1].start-home[len(home)-n].start < 300*ms {
				t.Fatalf("failed after %d bad runs", n)
			}
			proven := 0
			for _, c := range []string{"c1", "c2", "c3"} {
				for _, r := range last[c] {
					if !r.bad && r.start > home[len(home)-n].start {
						proven++
						break
					}
				}
			}
			if proven < 2 {
				t.Fatalf("failed with %d controls since the first bad run", proven)
			}
		}
	})
}

// TestRunsThatCouldNotMeasure: they are no vote, and what was in their way is told.
func TestRunsThatCouldNotMeasure(t *testing.T) {
	for _, o := range []firmware.Outcome{firmware.OutcomePathMTU, firmware.OutcomeLocalFault, firmware.OutcomePortal, firmware.OutcomeDeadResolver} {
		d := newDesk().well()
		for i := range 10 {
			d.see(time.Duration(i+1)*every, "home", o)
		}
		if d.vote.State != firmware.VoteNone || !strings.Contains(d.vote.Why, o.String()) {
			t.Errorf("after ten runs of %v the vote is %v: %s", o, d.vote.State, d.vote.Why)
		}
	}
}
