package quorum_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/quorum"
)

// pinned is the ballot as one on a named region's edge, looked at from wherever its site is.
func pinned(b quorum.Ballot, region string) quorum.Ballot {
	b.Vote.Target.Region = region
	return b
}

// euFails is what a fleet of two says when the eu edge fails: berlin as its customer, newyork by pinned address.
func euFails() []quorum.Ballot {
	return []quorum.Ballot{
		ballot("be", "eu", "a", fail, down, 0), ballot("be", "eu", "bb", fail, down, 0),
		ballot("ny", "us", "c", pass, 0, 0), ballot("ny", "us", "dd", pass, 0, 0),
		pinned(ballot("ny", "us", "c", fail, down, 0), "eu"), pinned(ballot("ny", "us", "dd", fail, down, 0), "eu"),
		pinned(ballot("be", "eu", "a", pass, 0, 0), "us"), pinned(ballot("be", "eu", "bb", pass, 0, 0), "us"),
	}
}

func TestARegionIsOneTargetWhicheverWayItIsLookedAt(t *testing.T) {
	s, d := quorum.Decide(quorum.State{Opened: at(-time.Second)}, of(euFails()), quorum.Defaults())
	sc := d.Scope
	if d.Status != firmware.StatusConfirmed || len(sc.Targets) != 1 || sc.Targets[0] != "eu" || len(sc.Observers) != 2 {
		t.Fatalf("four of four see the eu edge fail: %v (%s), scope %+v", d.Status, d.Why, sc)
	}
	if len(s.Saw) != 4 {
		t.Errorf("its witnesses are %v", s.Saw)
	}
	for _, r := range d.Regions {
		if want := map[string]firmware.Status{"ap": "unknown", "eu": "confirmed", "us": "up"}[r.Region]; r.Status != want {
			t.Errorf("%s is %v, want %v", r.Region, r.Status, want)
		}
	}
}

// TestAVantageCountsOnceInItsRegion: berlin looks at the eu edge both ways, which doubles none of its votes.
func TestAVantageCountsOnceInItsRegion(t *testing.T) {
	bs := []quorum.Ballot{
		ballot("be", "eu", "a", fail, down, 0), pinned(ballot("be", "eu", "a", fail, down, 0), "eu"),
		pinned(ballot("ny", "us", "c", fail, down, 0), "eu"), pinned(ballot("ny", "us", "dd", pass, 0, 0), "eu"),
		pinned(ballot("to", "ap", "e", pass, 0, 0), "eu"), pinned(ballot("to", "ap", "ff", pass, 0, 0), "eu"),
	}
	if _, d := quorum.Decide(quorum.State{Opened: at(-time.Second)}, of(bs), quorum.Defaults()); d.Status != firmware.StatusSuspected {
		t.Errorf("two of five vantages see the eu edge fail: %v (%s)", d.Status, d.Why)
	}
}

// TestARegionRecoversInEveryLook: a vantage that saw the pinned edge fail is not content because its customers' way
// to the same region is good.
func TestARegionRecoversInEveryLook(t *testing.T) {
	bs := []quorum.Ballot{ballot("be", "eu", "a", pass, 0, -1), pinned(ballot("be", "eu", "a", fail, down, -1), "eu"), pinned(ballot("ny", "us", "c", fail, down, -1), "eu")}
	s, d := quorum.Decide(quorum.State{Opened: at(-time.Second)}, of(bs), quorum.Defaults())
	if d.Status != firmware.StatusConfirmed {
		t.Fatalf("%v (%s)", d.Status, d.Why)
	}
	bs[2].Vote.State, bs[2].Vote.Impact = pass, 0
	if s, d = quorum.Decide(s, of(bs), quorum.Defaults()); d.Status != firmware.StatusConfirmed {
		t.Errorf("berlin still sees the pinned edge fail: %v (%s)", d.Status, d.Why)
	}
	bs[1].Vote.State, bs[1].Vote.Impact = pass, 0
	if _, d = quorum.Decide(s, of(bs), quorum.Defaults()); d.Status != firmware.StatusUp {
		t.Errorf("every look is good: %v (%s)", d.Status, d.Why)
	}
}

// TestPinnedOrOwnIsOneRegion: a failing region is confirmed or not whichever way its own sites look at it.
func TestPinnedOrOwnIsOneRegion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var own, named []quorum.Ballot
		for _, b := range draw(t) {
			if b.Place.Region == "eu" {
				own, named = append(own, b), append(named, pinned(b, "eu"))
				continue
			}
			own, named = append(own, pinned(b, "eu")), append(named, pinned(b, "eu"))
		}
		_, d := quorum.Decide(quorum.State{}, of(own), quorum.Defaults())
		_, e := quorum.Decide(quorum.State{}, of(named), quorum.Defaults())
		if e.Status == firmware.StatusConfirmed && d.Status != firmware.StatusConfirmed {
			t.Fatalf("confirmed when all name the region, %v when its own sites do not (%s)", d.Status, d.Why)
		}
	})
}

// TestAWitnessOfAnyKindNeverWeakens: one more vantage that sees the failing region fail, whichever way it looks.
func TestAWitnessOfAnyKindNeverWeakens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bs := draw(t)
		for i := range bs {
			if rapid.Bool().Draw(t, "pinned") {
				bs[i] = pinned(bs[i], rapid.SampledFrom([]string{"us", "eu", "ap"}).Draw(t, "of"))
			}
		}
		_, d := quorum.Decide(quorum.State{}, of(bs), quorum.Defaults())
		if d.Status != firmware.StatusConfirmed {
			return
		}
		more := append(bs, ballot("extra", "eu", "ny", fail, down, 0), pinned(ballot("extra", "eu", "ny", fail, down, 0), rapid.SampledFrom(d.Scope.Targets).Draw(t, "at")))
		if _, e := quorum.Decide(quorum.State{}, of(more), quorum.Defaults()); e.Status != firmware.StatusConfirmed {
			t.Fatalf("one more failing witness turned confirmed into %v", e.Status)
		}
	})
}
