package quorum_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/quorum"
)

var boot = firmware.BootID{1}

func at(d time.Duration) firmware.Stamp { return firmware.Stamp{Boot: boot, Up: time.Hour + d} }

// ballot is a vote of dev over uplink n of site, each uplink a network of its own unless network says otherwise.
func ballot(site, region, network string, state firmware.VoteState, impact firmware.Impact, age time.Duration) quorum.Ballot {
	b := quorum.Ballot{
		Vantage: firmware.Vantage{Device: "dev-" + site, Uplink: network},
		Place:   quorum.Place{Site: site, Region: region, Network: network},
		Vote:    firmware.Vote{Target: firmware.Target{Service: "api"}, Uplink: network, State: state, Impact: impact, Evidence: at(-age)},
	}
	if state == firmware.VoteFail || state == firmware.VotePending {
		b.Vote.Episode = firmware.ID{Device: "dev-" + site, Epoch: 1, Sequence: uint64(len(network))}
	}
	return b
}

const (
	pass    = firmware.VotePass
	fail    = firmware.VoteFail
	pending = firmware.VotePending
	down    = firmware.ImpactDown
)

func TestTheTableOfVotes(t *testing.T) {
	opened := quorum.State{Opened: at(-time.Second)}
	fresh, old := 100*time.Millisecond, 5*time.Second
	cases := []struct {
		name    string
		state   quorum.State
		ballots []quorum.Ballot
		want    firmware.Status
		company firmware.Witnesses
	}{
		{"nobody votes", quorum.State{}, nil, firmware.StatusUnknown, firmware.WitnessesNone},
		{"none fails", quorum.State{}, []quorum.Ballot{ballot("ny", "us", "a", pass, 0, old), ballot("be", "eu", "b", pass, 0, old)}, firmware.StatusUp, firmware.WitnessesEnough},
		{"a lone device is up and says so", quorum.State{}, []quorum.Ballot{ballot("ny", "us", "a", pass, 0, old), ballot("ny", "us", "b", pass, 0, old)}, firmware.StatusUp, firmware.WitnessesSingle},
		{"one pends", opened, []quorum.Ballot{ballot("ny", "us", "a", pending, down, fresh), ballot("be", "eu", "b", pass, 0, fresh)}, firmware.StatusSuspected, firmware.WitnessesEnough},
		{"one of two sites fails alone", opened, []quorum.Ballot{ballot("ny", "us", "a", fail, down, fresh), ballot("be", "eu", "b", pass, 0, fresh)}, firmware.StatusSuspected, firmware.WitnessesEnough},
		{"two uplinks of one site fail, another of its region passes", opened, []quorum.Ballot{ballot("ny", "us", "a", fail, down, fresh), ballot("ny", "us", "b", fail, down, fresh), ballot("bo", "us", "c", pass, 0, fresh)}, firmware.StatusSuspected, firmware.WitnessesEnough},
		{"another looks at its region from afar", opened, []quorum.Ballot{ballot("ny", "us", "a", fail, down, fresh), ballot("ny", "us", "b", fail, down, fresh), pinned(ballot("be", "eu", "c", pass, 0, fresh), "us")}, firmware.StatusSuspected, firmware.WitnessesEnough},
		{"another looks elsewhere only", opened, []quorum.Ballot{ballot("ny", "us", "a", fail, down, fresh), ballot("ny", "us", "b", fail, down, fresh), ballot("be", "eu", "c", pass, 0, fresh)}, firmware.StatusSingleSite, firmware.WitnessesEnough},
		{"another that looks elsewhere has not answered yet", opened, []quorum.Ballot{ballot("ny", "us", "a", fail, down, fresh), ballot("ny", "us", "b", fail, down, fresh), ballot("be", "eu", "c", pass, 0, old)}, firmware.StatusSuspected, firmware.WitnessesEnough},
		{"it sees what another site denies", opened, []quorum.Ballot{
			ballot("ny", "us", "a", fail, down, fresh), ballot("ny", "us", "b", fail, down, fresh), pinned(ballot("ny", "us", "a", fail, down, fresh), "eu"),
			ballot("be", "eu", "c", pass, 0, fresh)}, firmware.StatusSuspected, firmware.WitnessesEnough},
		{"two sites over two networks fail", opened, []quorum.Ballot{ballot("ny", "us", "a", fail, down, fresh), ballot("be", "eu", "b", fail, down, fresh)}, firmware.StatusConfirmed, firmware.WitnessesEnough},
		{"two sites over one network fail", opened, []quorum.Ballot{ballot("ny", "us", "a", fail, down, fresh), ballot("be", "eu", "a", fail, down, fresh)}, firmware.StatusSuspected, firmware.WitnessesSingle},
		{"two of five votes are not half", opened, []quorum.Ballot{
			ballot("ny", "us", "a", fail, down, fresh), ballot("be", "eu", "b", fail, down, fresh), ballot("to", "ap", "c", pass, 0, fresh),
			ballot("sy", "ap", "d", pass, 0, fresh), ballot("sg", "ap", "e", pass, 0, fresh)}, firmware.StatusSuspected, firmware.WitnessesEnough},
		{"but they are all of a region", opened, []quorum.Ballot{
			ballot("mu", "eu", "a", fail, down, fresh), ballot("be", "eu", "b", fail, down, fresh), ballot("to", "ap", "c", pass, 0, fresh),
			ballot("sy", "ap", "d", pass, 0, fresh), ballot("sg", "ap", "e", pass, 0, fresh)}, firmware.StatusConfirmed, firmware.WitnessesEnough},
		{"an old pass still counts as undecided", opened, []quorum.Ballot{
			ballot("ny", "us", "a", fail, down, fresh), ballot("be", "eu", "b", fail, down, fresh), ballot("to", "ap", "c", pass, 0, old),
			ballot("sy", "ap", "d", pass, 0, old), ballot("sg", "ap", "e", pass, 0, old)}, firmware.StatusSuspected, firmware.WitnessesEnough},
		{"and leaves when patience ends", quorum.State{Opened: at(-7 * time.Second), Worried: []firmware.Vantage{{Device: "dev-be", Uplink: "b"}, {Device: "dev-ny", Uplink: "a"}}}, []quorum.Ballot{
			ballot("ny", "us", "a", fail, down, fresh), ballot("be", "eu", "b", fail, down, fresh), ballot("to", "ap", "c", pass, 0, 8*time.Second),
			ballot("sy", "ap", "d", pass, 0, 8*time.Second), ballot("sg", "ap", "e", pass, 0, 8*time.Second)}, firmware.StatusConfirmed, firmware.WitnessesEnough},
		{"old failures confirm nothing", opened, []quorum.Ballot{ballot("ny", "us", "a", fail, down, old), ballot("be", "eu", "b", fail, down, old)}, firmware.StatusSuspected, firmware.WitnessesEnough},
		{"a site that is alone", opened, []quorum.Ballot{ballot("ny", "us", "a", fail, down, fresh), ballot("ny", "us", "b", fail, down, fresh)}, firmware.StatusSingleSite, firmware.WitnessesSingle},
		{"over one of its networks only", opened, []quorum.Ballot{ballot("ny", "us", "a", fail, down, fresh), ballot("ny", "us", "b", pass, 0, fresh)}, firmware.StatusSuspected, firmware.WitnessesSingle},
		{"after five minutes it is partial", quorum.State{Opened: at(-6 * time.Minute), Began: at(-6 * time.Minute), Worried: []firmware.Vantage{{Device: "dev-ny", Uplink: "a"}}}, []quorum.Ballot{ballot("ny", "us", "a", fail, down, fresh), ballot("be", "eu", "b", pass, 0, fresh)}, firmware.StatusPartial, firmware.WitnessesEnough},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, d := quorum.Decide(c.state, of(c.ballots), quorum.Defaults())
			if d.Status != c.want || d.Witnesses != c.company {
				t.Errorf("%v with witnesses %v (%s), want %v with %v", d.Status, d.Witnesses, d.Why, c.want, c.company)
			}
		})
	}
}

func of(bs []quorum.Ballot) quorum.Case {
	return quorum.Case{Service: "api", Ballots: bs, Regions: []string{"ap", "eu", "us"}, Now: at(0), Patience: 6 * time.Second}
}

func draw(t *rapid.T) []quorum.Ballot {
	n := rapid.IntRange(0, 8).Draw(t, "ballots")
	var out []quorum.Ballot
	for i := range n {
		site := fmt.Sprint("s", rapid.IntRange(0, 4).Draw(t, "site"))
		region := []string{"us", "eu", "ap"}[int(site[1])%3]
		state := rapid.SampledFrom([]firmware.VoteState{pass, fail, pending, firmware.VoteNone}).Draw(t, "state")
		impact := firmware.ImpactNone
		if state == fail || state == pending {
			impact = rapid.SampledFrom([]firmware.Impact{firmware.ImpactDegraded, firmware.ImpactMasked, down}).Draw(t, "impact")
		}
		age := time.Duration(rapid.IntRange(0, 3000).Draw(t, "age")) * time.Millisecond
		b := ballot(site, region, fmt.Sprint("n", rapid.IntRange(0, 5).Draw(t, "network")), state, impact, age)
		b.Vantage.Uplink = fmt.Sprint(b.Vantage.Uplink, i)
		out = append(out, b)
	}
	return out
}

func TestTheOrderOfBallotsChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bs := draw(t)
		s1, d1 := quorum.Decide(quorum.State{}, of(bs), quorum.Defaults())
		rand.Shuffle(len(bs), func(i, j int) { bs[i], bs[j] = bs[j], bs[i] })
		s2, d2 := quorum.Decide(quorum.State{}, of(bs), quorum.Defaults())
		if !reflect.DeepEqual(d1, d2) || !reflect.DeepEqual(s1, s2) {
			t.Fatalf("two orders, two decisions:\n%+v\n%+v", d1, d2)
		}
	})
}

func TestConfirmedNeedsTwoSitesTwoDevicesTwoNetworks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bs := draw(t)
		_, d := quorum.Decide(quorum.State{}, of(bs), quorum.Defaults())
		sites, nets := map[string]bool{}, map[string]bool{}
		for _, b := range bs {
			if b.Vote.State == fail {
				sites[b.Place.Site], nets[b.Place.Network] = true, true
			}
		}
		if d.Status == firmware.StatusConfirmed && (len(sites) < 2 || len(nets) < 2) {
			t.Fatalf("confirmed by %v over %v", sites, nets)
		}
	})
}

func TestABlindVantageChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bs := draw(t)
		_, with := quorum.Decide(quorum.State{}, of(append(bs, ballot("blind", "eu", "nx", firmware.VoteNone, 0, 0))), quorum.Defaults())
		_, without := quorum.Decide(quorum.State{}, of(bs), quorum.Defaults())
		with.Digest, without.Digest = "", ""
		if !reflect.DeepEqual(with, without) {
			t.Fatalf("a blind vantage changed the decision:\n%+v\n%+v", with, without)
		}
	})
}

func TestAnAgreeingWitnessNeverWeakens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bs := draw(t)
		_, d := quorum.Decide(quorum.State{}, of(bs), quorum.Defaults())
		if d.Status != firmware.StatusConfirmed {
			return
		}
		more := append(bs, ballot("extra", "eu", "ny", fail, down, 0))
		if _, e := quorum.Decide(quorum.State{}, of(more), quorum.Defaults()); e.Status != firmware.StatusConfirmed {
			t.Fatalf("one more failing vote turned confirmed into %v", e.Status)
		}
	})
}

func TestALatchHoldsWithoutVoters(t *testing.T) {
	s, d := quorum.Decide(quorum.State{Opened: at(-time.Second)}, of([]quorum.Ballot{
		ballot("ny", "us", "a", fail, down, 0), ballot("be", "eu", "bb", fail, down, 0)}), quorum.Defaults())
	if d.Status != firmware.StatusConfirmed {
		t.Fatal(d.Status)
	}
	s, d = quorum.Decide(s, of(nil), quorum.Defaults())
	if d.Status != firmware.StatusConfirmed || d.Unobserved.Zero() {
		t.Errorf("without voters: %v, unobserved %v", d.Status, d.Unobserved)
	}
	later := of([]quorum.Ballot{ballot("ny", "us", "a", pass, 0, -time.Second), ballot("be", "eu", "bb", pass, 0, -time.Second)})
	if _, d = quorum.Decide(s, later, quorum.Defaults()); d.Status != firmware.StatusUp {
		t.Errorf("when the witnesses are back and pass: %v (%s)", d.Status, d.Why)
	}
}

func TestSharedRiskIsOneNetwork(t *testing.T) {
	places := quorum.Places([]firmware.Device{
		{ID: "a", Site: "ny", Uplinks: []firmware.UplinkFact{{Name: "e", Network: "isp1", SharedRisk: []string{"mast"}}}},
		{ID: "b", Site: "be", Uplinks: []firmware.UplinkFact{{Name: "e", Network: "isp2", SharedRisk: []string{"duct", "mast"}}, {Name: "w", Network: "isp3"}}},
		{ID: "c", Site: "to", Uplinks: []firmware.UplinkFact{{Name: "e", Network: "isp4", SharedRisk: []string{"duct"}}, {Name: "w", Network: "isp2"}}},
	})
	group := func(d, u string) string { return places[firmware.Vantage{Device: d, Uplink: u}].Network }
	for _, v := range [][2]string{{"b", "e"}, {"c", "e"}, {"c", "w"}} {
		if group(v[0], v[1]) != group("a", "e") {
			t.Errorf("%v shares risk with a/e but is the network %q", v, group(v[0], v[1]))
		}
	}
	if group("b", "w") == group("a", "e") {
		t.Error("b/w shares nothing, but is the same network")
	}
}
