package panel_test

import (
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/panel"
	"pgregory.net/rapid"
)

var (
	statuses = []firmware.Status{"", firmware.StatusUnknown, firmware.StatusUp, firmware.StatusSuspected, firmware.StatusPartial,
		firmware.StatusSingleSite, firmware.StatusConfirmed, firmware.StatusRecovering}
	regions = []string{"", "eu", "us"}
)

func drawStamp(t *rapid.T, label string) firmware.Stamp {
	if rapid.IntRange(0, 7).Draw(t, label+" none") == 0 {
		return firmware.Stamp{}
	}
	return firmware.Stamp{
		Boot: firmware.BootID{byte(rapid.IntRange(1, 2).Draw(t, label+" boot"))},
		Up:   time.Hour + time.Duration(rapid.IntRange(-20, 20).Draw(t, label))*time.Second/2,
	}
}

func drawService(t *rapid.T) fold.ServiceView {
	status := rapid.SampledFrom(statuses)
	impact := rapid.Custom(func(t *rapid.T) firmware.Impact { return firmware.Impact(rapid.IntRange(0, 3).Draw(t, "impact")) })
	s := fold.ServiceView{
		Decision: firmware.Decision{
			Service: rapid.SampledFrom([]string{"shop", "api"}).Draw(t, "service"), Status: status.Draw(t, "status"),
			Impact: impact.Draw(t, "impact"), AckedBy: rapid.SampledFrom([]string{"", "ada"}).Draw(t, "acked"),
		},
		Until: drawStamp(t, "until"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "parts") {
		s.Decision.Regions = append(s.Decision.Regions, firmware.RegionDecision{
			Region: rapid.SampledFrom(regions).Draw(t, "region"), Status: status.Draw(t, "part"), Impact: impact.Draw(t, "part impact"),
		})
	}
	for range rapid.IntRange(0, 2).Draw(t, "votes") {
		s.Votes = append(s.Votes, firmware.Vote{
			Target: firmware.Target{Region: rapid.SampledFrom(regions).Draw(t, "target")},
			State:  rapid.SampledFrom([]firmware.VoteState{firmware.VoteFail, firmware.VotePass}).Draw(t, "vote"),
		})
	}
	return s
}

func drawView(t *rapid.T) fold.View {
	v := fold.View{Region: "eu", Services: rapid.SliceOfN(rapid.Custom(drawService), 0, 3).Draw(t, "services")}
	v.Unconfigured = rapid.Bool().Draw(t, "unconfigured")
	v.Clock = rapid.SampledFrom([]firmware.ClockQuality{firmware.ClockUnknown, firmware.ClockSynced}).Draw(t, "clock")
	v.Witnesses = rapid.SampledFrom([]firmware.Witnesses{firmware.WitnessesNone, firmware.WitnessesEnough}).Draw(t, "witnesses")
	v.Parts = []fold.PartView{{Name: "store", OK: rapid.Bool().Draw(t, "store")}}
	for _, name := range []string{"eth0", "wwan0"} {
		v.Uplinks = append(v.Uplinks, fold.UplinkView{
			Name: name, Until: drawStamp(t, name),
			Sight: rapid.SampledFrom([]fold.Sight{fold.SightUnknown, fold.SightSighted, fold.SightBlind, fold.SightDown}).Draw(t, "sight"),
		})
	}
	return v
}

// lasts reports whether evidence that ends at until covers all of now and the lease after it.
func lasts(until, now firmware.Stamp, lease time.Duration) bool {
	return until.Boot == now.Boot && until.Up >= now.Up+lease
}

// TestGreenNeverOutlastsItsEvidence tries to break the first invariant of the design: whatever the view, green is
// shown only on evidence in time, and its lease ends with the first of them.
func TestGreenNeverOutlastsItsEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, now := drawView(t), firmware.Stamp{Boot: boot, Up: time.Hour}
		set := panel.Settings{
			Regions: rapid.SampledFrom([][]string{nil, {"eu", "us"}}).Draw(t, "regions"),
			Lease:   rapid.SampledFrom([]time.Duration{0, time.Second, 4 * time.Second, time.Hour}).Draw(t, "lease"),
		}
		for _, l := range panel.Render(v, now, set).Lamps {
			if l.Lease <= 0 || l.Lease > panel.MaxLease || l.Meaning == "" {
				t.Fatalf("%v: lease %v", l, l.Lease)
			}
			if !l.Shows(panel.Green) {
				continue
			}
			switch l.Role {
			case panel.RoleService:
				checkGreen(t, v, l, now)
			case panel.RoleUplink:
				for _, u := range v.Uplinks {
					if u.Name == l.Name && (u.Sight != fold.SightSighted || !lasts(u.Until, now, l.Lease)) {
						t.Fatalf("%v on %+v", l, u)
					}
				}
			case panel.RoleFeed, panel.RoleSelf:
				t.Fatalf("%v without a broker", l)
			}
		}
	})
}

// checkGreen asks of a lamp with green in it: some service has evidence in time, and every service that this lamp
// speaks of as up has.
func checkGreen(t *rapid.T, v fold.View, l panel.Lamp, now firmware.Stamp) {
	good := 0
	for _, s := range v.Services {
		status, here := s.Decision.Status, true
		if l.Name != "" && len(s.Decision.Regions) > 0 {
			status, here = statusIn(s.Decision.Regions, l.Name)
		}
		if !here {
			continue
		}
		if lasts(s.Until, now, l.Lease) {
			good++
		} else if l.Pattern.A == panel.Green || status == firmware.StatusUp && left(s.Until, now) {
			t.Fatalf("%v for %v stands on %v", l, l.Lease, s)
		}
		if l.A == panel.Green && status != firmware.StatusUp && status != firmware.StatusPartial {
			t.Fatalf("%v although %v is %v", l, s.Decision.Service, status)
		}
	}
	if good == 0 {
		t.Fatalf("%v without any evidence", l)
	}
}

func left(until, now firmware.Stamp) bool { return until.Boot == now.Boot && until.Up > now.Up }

func statusIn(parts []firmware.RegionDecision, region string) (firmware.Status, bool) {
	status, ok := firmware.Status(""), false
	for _, p := range parts {
		if p.Region == region {
			return p.Status, true
		}
		if p.Region == "" {
			status, ok = p.Status, true
		}
	}
	return status, ok
}

// TestStatesDifferWithoutColour asks that any two patterns that one lamp may show differ in rhythm, not only in
// colour, so that nobody needs to tell red from green.
func TestStatesDifferWithoutColour(t *testing.T) {
	type rhythm struct {
		on, off time.Duration
		both    bool
	}
	seen := map[string]map[rhythm]panel.Pattern{}
	rapid.Check(t, func(t *rapid.T) {
		for _, l := range panel.Render(drawView(t), firmware.Stamp{Boot: boot, Up: time.Hour}, panel.Defaults()).Lamps {
			r := rhythm{l.On, l.Off, l.B != panel.Dark}
			if l.Pattern == (panel.Pattern{}) {
				continue
			}
			if seen[l.Key()] == nil {
				seen[l.Key()] = map[rhythm]panel.Pattern{}
			}
			if p, ok := seen[l.Key()][r]; ok && p.A != l.A {
				t.Fatalf("%s: %v and %v differ by colour alone", l.Key(), p, l.Pattern)
			}
			seen[l.Key()][r] = l.Pattern
			if l.Off > 0 && l.On+l.Off < time.Second/3 {
				t.Fatalf("%v flashes more than three times a second", l)
			}
		}
	})
}
