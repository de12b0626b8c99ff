package fold_test

import (
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// said is what a peer published once: a beat, then a sheet that is newer than it, failing or passing over both uplinks.
func said(device string, epoch, sequence uint64, state firmware.VoteState, impact firmware.Impact) []fold.Heard {
	sheet := fold.VoteSheet{Service: "api", Epoch: epoch, Sequence: sequence + 1}
	for _, u := range []string{"eth0", "wwan0"} {
		v := firmware.Vote{Target: firmware.Target{Service: "api"}, Uplink: u, State: state, Impact: impact, ValidFor: 10 * time.Second}
		if state == firmware.VoteFail {
			v.Episode = firmware.ID{Device: device, Epoch: epoch, Sequence: sequence}
		}
		sheet.Votes = append(sheet.Votes, fold.SheetVote{Vote: v, Age: 50 * ms})
	}
	return []fold.Heard{{Device: device, Beat: &fold.Beat{Epoch: epoch, Sequence: sequence, Every: time.Second}}, {Device: device, Votes: &sheet}}
}

// listener is a device that looks at a healthy service, and two peers whose words the test plays.
func listener(t *testing.T) (*device, func([]fold.Heard)) {
	t.Helper()
	w := newWorld(3, time.Second, func(time.Duration, firmware.Vantage, firmware.CheckRef) firmware.Result { return ok(20 * ms) })
	w.lag = func(string, string) time.Duration { return -1 }
	w.devices[1].dead, w.devices[2].dead = true, true
	d := w.devices[0]
	w.run(20 * time.Second)
	return d, func(hs []fold.Heard) {
		for _, h := range hs {
			d.step(h)
		}
	}
}

// TestOldWordsReplayedAreNoNews: who can write the peers' topics, the broker first of all, has their signed words of
// an earlier outage. Played again they must not count, neither while those devices live nor after a restart of ours.
func TestOldWordsReplayedAreNoNews(t *testing.T) {
	const past, present = 3, 4
	for name, again := range map[string]struct {
		epoch   uint64
		restart bool
	}{"of an earlier epoch": {past, false}, "of this epoch after a restart": {present, true}} {
		t.Run(name, func(t *testing.T) {
			d, play := listener(t)
			for _, peer := range []string{"dev1", "dev2"} {
				play(said(peer, present, 1000, firmware.VotePass, firmware.ImpactNone))
			}
			if got := d.decision(); got.Status != firmware.StatusUp || got.Voters != 6 {
				t.Fatalf("with two peers that pass: %v, %d voters", got.Status, got.Voters)
			}
			if again.restart {
				d.start(d.state.Set)
				d.w.run(d.w.now + 2*time.Second)
			}
			for _, peer := range []string{"dev1", "dev2"} {
				play(said(peer, again.epoch, 100, firmware.VoteFail, firmware.ImpactDown))
			}
			if got := d.decision(); got.Status != firmware.StatusUp {
				t.Errorf("after the replay: %v (%s)", got.Status, got.Why)
			}
			d.replays(t, 7)
		})
	}
}

// TestAReplacedCardIsBelieved: a device with a new database is heard again once its old life has run out, with the
// sheets that it published meanwhile, and never again under its old epoch.
func TestAReplacedCardIsBelieved(t *testing.T) {
	d, play := listener(t)
	play(said("dev1", 3, 1000, firmware.VotePass, firmware.ImpactNone))
	anew := said("dev1", 9, 10, firmware.VotePass, firmware.ImpactNone)
	anew[1].Retained = true // we were not connected when it was published
	play(anew)
	if got := d.decision(); got.Voters != 4 {
		t.Fatalf("%d voters while the old life lasts, want it and our own", got.Voters)
	}
	d.w.run(d.w.now + 3*time.Second)
	d.step(fold.Heard{Device: "dev1", Beat: &fold.Beat{Epoch: 9, Sequence: 12, Every: time.Second,
		Stands: []fold.Stand{{Service: "api", Sequence: 11, Ages: []time.Duration{ms, ms}}}}})
	if got := d.decision(); got.Voters != 4 {
		t.Errorf("%d voters once its new life has begun, want it and our own", got.Voters)
	}
	d.w.run(d.w.now + 3*time.Second)
	play(said("dev1", 3, 2000, firmware.VotePass, firmware.ImpactNone))
	if got := d.decision(); got.Voters != 2 {
		t.Errorf("%d voters after a word of the old epoch, want our own", got.Voters)
	}
}
