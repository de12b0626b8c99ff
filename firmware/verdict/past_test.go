package verdict_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/verdict"
)

// TestPastIsItsLast21Rounds compares what is remembered with a list of rounds, for runs at any pace.
func TestPastIsItsLast21Rounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var track verdict.Track
		var rounds []bool // bad
		var began time.Duration
		var now time.Duration
		for i := range rapid.IntRange(1, 60).Draw(t, "runs") {
			now += time.Duration(rapid.SampledFrom([]int{150, 899, 900, 1000, 60000}).Draw(t, "pace")) * ms
			outcome := rapid.SampledFrom([]firmware.Outcome{ok, bad, firmware.OutcomeSlow, firmware.OutcomeMissed}).Draw(t, "outcome")
			track = track.Observe(firmware.Result{Start: at(now), Outcome: outcome}, uint64(i+1))
			switch {
			case outcome == firmware.OutcomeMissed:
			case len(rounds) > 0 && now-began < 900*ms:
				rounds[len(rounds)-1] = rounds[len(rounds)-1] || outcome != ok
			default:
				rounds, began = append(rounds, outcome != ok), now
			}
		}
		rounds = rounds[max(0, len(rounds)-21):]
		slices.Reverse(rounds)
		var bits uint32
		var change float64
		for i, b := range rounds {
			if b {
				bits |= 1 << i
			}
			if i+1 < len(rounds) && b != rounds[i+1] {
				change += (1.2 - 0.4*float64(i)/19) / 20
			}
		}
		if track.Past.Bad != bits || track.Past.Rounds != len(rounds) || math.Abs(track.Past.Change()-change) > 1e-9 {
			t.Fatalf("%+v changed by %v, want %b of %d, %v", track.Past, track.Past.Change(), bits, len(rounds), change)
		}
	})
}

// cycle lets an edge fail for some seconds and be well for others, so many times, with good controls all along; it
// returns the votes, one per second.
func cycle(d *desk, from, failing, well time.Duration, times int) (votes []firmware.Vote) {
	for i := range times * int((failing+well)/time.Second) {
		now := from + time.Duration(i)*time.Second
		o := ok
		if time.Duration(i)*time.Second%(failing+well) < failing {
			o = bad
		}
		d.see(now, "home", o).see(now, "origin", ok).see(now, "extra", ok).controls(now+ms, ok, ok, ok)
		votes = append(votes, d.cast(now+2*ms))
	}
	return votes
}

// TestFlappingIsHeld: told once, and over when there were 17 good rounds.
func TestFlappingIsHeld(t *testing.T) {
	d := newDesk().well()
	votes := cycle(d, time.Second, 4*time.Second, 5*time.Second, 6)
	began, failures := 0, 0
	for i, v := range votes {
		before := firmware.Vote{State: firmware.VotePass}
		if i > 0 {
			before = votes[i-1]
		}
		if v.State == firmware.VoteFail && before.State != firmware.VoteFail {
			failures++
		}
		if v.Flapping && !before.Flapping {
			began++
		}
		if v.State == firmware.VoteFail && v.Episode != votes[3].Episode {
			t.Errorf("after %d s: it has become another episode: %+v", i, v)
		}
	}
	if last := votes[len(votes)-1]; failures != 2 || began != 1 || !last.Flapping || last.State != firmware.VoteFail || last.Recovering {
		t.Errorf("%d failures, %d times flapping, at last %+v: want the second failure held", failures, began, last)
	}
	for i := range 30 {
		v := cycle(d, time.Duration(60+i)*time.Second, 0, time.Second, 1)[0]
		if calm := i >= 14; calm && v.State != firmware.VotePass || i < 8 && !v.Flapping {
			t.Errorf("after %d good rounds more: %+v", i+6, v)
		}
	}
}

// TestOneOutageIsNoFlapping draws an outage of any length, with what a burst of rechecks sees of it.
func TestOneOutageIsNoFlapping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDesk().well()
		long := rapid.IntRange(1, 40).Draw(t, "rounds")
		for i, v := range append(cycle(d, time.Second, time.Duration(long)*time.Second, time.Second, 1), cycle(d, 50*time.Second, 0, time.Second, 3)...) {
			if v.Flapping {
				t.Fatalf("round %d: %+v", i, v)
			}
		}
		if d.vote.State != firmware.VotePass {
			t.Fatalf("not over after 3 good runs: %+v", d.vote)
		}
	})
}
