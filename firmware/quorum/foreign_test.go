package quorum_test

import (
	"testing"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/quorum"
)

// TestARegionThatOnlyOthersLookAtStaysConfirmed: this device's config names us and eu; two peers, whose config is
// newer, see ap's edge fail.
func TestARegionThatOnlyOthersLookAtStaysConfirmed(t *testing.T) {
	c := quorum.Case{Service: "api", Regions: []string{"eu", "us"}, Now: at(0), FullView: true}
	for _, site := range []string{"be", "ny"} {
		b := ballot(site, "us", "net-"+site, fail, down, 0)
		b.Vote.Target.Region = "ap"
		c.Ballots = append(c.Ballots, b)
	}
	c.Ballots = append(c.Ballots, ballot("bo", "us", "net-bo", pass, 0, 0))
	s, d := quorum.Decide(quorum.State{Opened: at(-1)}, c, quorum.Defaults())
	if !s.Latched() || d.Status != firmware.StatusConfirmed || len(d.Regions) != 3 || d.Regions[0].Region != "ap" || d.Regions[0].Status != firmware.StatusConfirmed {
		t.Fatalf("two sites see ap's edge fail: latched %v, %v (%s) %+v", s.Latched(), d.Status, d.Why, d.Regions)
	}
	for i := range c.Ballots {
		c.Ballots[i].Vote.State, c.Ballots[i].Vote.Impact, c.Ballots[i].Vote.Evidence = pass, 0, at(1)
	}
	c.Now = at(1)
	if s, d = quorum.Decide(s, c, quorum.Defaults()); s.Latched() || d.Status != firmware.StatusUp {
		t.Errorf("both see it good again: latched %v, %v (%s)", s.Latched(), d.Status, d.Why)
	}
}
