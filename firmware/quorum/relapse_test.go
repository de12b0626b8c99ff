package quorum_test

import (
	"testing"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/quorum"
)

// both are newyork's and berlin's ballots in these states.
func both(newyork, berlin firmware.VoteState) []quorum.Ballot {
	impact := map[firmware.VoteState]firmware.Impact{fail: down, pending: down}
	return []quorum.Ballot{ballot("ny", "us", "a", newyork, impact[newyork], -1), ballot("be", "eu", "bb", berlin, impact[berlin], -1)}
}

// TestAnIncidentThatIsBackIsTheSame: as long as the vantages go on with its episodes, and it is confirmed by nobody
// alone.
func TestAnIncidentThatIsBackIsTheSame(t *testing.T) {
	var s quorum.State
	var d firmware.Decision
	decide := func(bs []quorum.Ballot) firmware.Decision {
		s, d = quorum.Decide(s, of(bs), quorum.Defaults())
		return d
	}
	first := decide(both(fail, fail))
	if over := decide(both(pass, pass)); first.Status != firmware.StatusConfirmed || over.Status != firmware.StatusUp {
		t.Fatalf("%+v, then %+v", first, over)
	}
	for _, bs := range [][]quorum.Ballot{both(pending, pass), both(fail, pass)} {
		if decide(bs); d.Status != firmware.StatusRecovering || !d.Relapsing || d.Incident != first.Incident || len(d.Aliases) != 1 {
			t.Errorf("one is worried again: %+v", d)
		}
	}
	if decide(both(fail, fail)); d.Status != firmware.StatusConfirmed || d.Relapsing || d.Incident != first.Incident || len(d.Aliases) != 1 {
		t.Errorf("both fail again: %+v", d)
	}
	decide(both(pass, pass))
	other := both(pending, pass)
	other[0].Vote.Episode.Sequence = 99
	if decide(other); d.Status != firmware.StatusSuspected || d.Relapsing || !d.Incident.Zero() {
		t.Errorf("something else begins: %+v", d)
	}
}

// TestARelapseConfirmsNothing draws votes after an incident: what is confirmed is what would have been without it.
func TestARelapseConfirmsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bs := draw(t)
		after := quorum.State{}
		for _, b := range bs {
			if rapid.Bool().Draw(t, "of the incident") && !b.Vote.Episode.Zero() {
				after.Ended = []firmware.ID{b.Vote.Episode}
			}
		}
		_, want := quorum.Decide(quorum.State{}, of(bs), quorum.Defaults())
		_, got := quorum.Decide(after, of(bs), quorum.Defaults())
		if got.Relapsing {
			got.Status = firmware.StatusSuspected
		}
		if got.Status != want.Status || got.Impact != want.Impact {
			t.Fatalf("%v %v after an incident, %v %v without", got.Status, got.Impact, want.Status, want.Impact)
		}
	})
}
