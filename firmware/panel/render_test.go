package panel_test

import (
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/panel"
)

var boot = firmware.BootID{1}

func at(d time.Duration) firmware.Stamp { return firmware.Stamp{Boot: boot, Up: d} }

var (
	now  = at(time.Hour)
	late = now.Add(time.Minute) // evidence that lasts
	gone = now.Add(-time.Millisecond)
)

// service is a service with a whole decision and no regions.
func service(status firmware.Status, impact firmware.Impact, change ...func(*fold.ServiceView)) fold.ServiceView {
	s := fold.ServiceView{
		Decision: firmware.Decision{Service: "shop", Status: status, Impact: impact},
		Until:    late,
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

func acked(s *fold.ServiceView)      { s.Decision.AckedBy = "ada" }
func unobserved(s *fold.ServiceView) { s.Decision.Unobserved = gone }
func stale(s *fold.ServiceView)      { s.Until = gone }
func named(n string) func(*fold.ServiceView) {
	return func(s *fold.ServiceView) { s.Decision.Service = n }
}
func ownFails(s *fold.ServiceView) {
	s.Votes = []firmware.Vote{{Target: firmware.Target{Service: "shop"}, State: firmware.VoteFail}}
}

func view(services ...fold.ServiceView) fold.View {
	return fold.View{
		At: now, Device: "berlin-1", Site: "berlin", Region: "eu", Services: services,
		Clock: firmware.ClockSynced, Witnesses: firmware.WitnessesEnough,
		Parts: []fold.PartView{{Name: "feed/main", OK: true}, {Name: "store", OK: true}},
	}
}

func lamp(t *testing.T, f panel.Frame, key string) panel.Lamp {
	t.Helper()
	for _, l := range f.Lamps {
		if l.Key() == key {
			return l
		}
	}
	t.Fatalf("no lamp %q in %v", key, f.Lamps)
	return panel.Lamp{}
}

func TestServiceLampTable(t *testing.T) {
	const none, degraded, masked, down = firmware.ImpactNone, firmware.ImpactDegraded, firmware.ImpactMasked, firmware.ImpactDown
	for _, c := range []struct {
		name  string
		s     fold.ServiceView
		looks string
		says  string
		tone  panel.Tone
	}{
		{"up", service(firmware.StatusUp, none), "green steady", "up", panel.ToneSilent},
		{"up, evidence ended", service(firmware.StatusUp, none, stale), "off", "not known", panel.ToneSilent},
		{"unknown", service(firmware.StatusUnknown, none), "off", "not known", panel.ToneSilent},
		{"a status of the future", service("weird", none), "off", "not known", panel.ToneSilent},
		{"suspected", service(firmware.StatusSuspected, down), "amber slow blink", "suspected: shop", panel.ToneSilent},
		{"partial of one's own", service(firmware.StatusPartial, down, ownFails), "amber slow blink", "failing from here alone: shop", panel.ToneSilent},
		{"partial of another", service(firmware.StatusPartial, down), "green steady", "up", panel.ToneSilent},
		{"single site", service(firmware.StatusSingleSite, down), "amber quick flash", "failing at this site: shop", panel.ToneSilent},
		{"single site degraded", service(firmware.StatusSingleSite, degraded), "amber slow blink", "degraded at this site: shop", panel.ToneSilent},
		{"degraded", service(firmware.StatusConfirmed, degraded), "amber slow blink", "confirmed degraded: shop", panel.ToneSilent},
		{"confirmed down", service(firmware.StatusConfirmed, down), "red fast blink", "confirmed down: shop", panel.ToneDown},
		{"confirmed masked", service(firmware.StatusConfirmed, masked), "red fast blink", "confirmed masked: shop", panel.ToneMasked},
		{"confirmed, nobody sees it any more", service(firmware.StatusConfirmed, down, stale, unobserved), "red fast blink", "confirmed down, unobserved: shop", panel.ToneDown},
		{"acknowledged down", service(firmware.StatusConfirmed, down, acked), "red held", "down, acknowledged: shop", panel.ToneSilent},
		{"acknowledged masked", service(firmware.StatusConfirmed, masked, acked), "red held", "masked, acknowledged: shop", panel.ToneSilent},
		{"recovering", service(firmware.StatusRecovering, down), "red and green alternating", "recovering: shop", panel.ToneRecovered},
		{"recovering and failing again", service(firmware.StatusRecovering, down, func(s *fold.ServiceView) { s.Decision.Relapsing = true }), "red and green alternating", "failing again: shop", panel.ToneSilent},
		{"recovering, acknowledged", service(firmware.StatusRecovering, firmware.ImpactDown, acked), "red and green alternating", "recovering: shop", panel.ToneSilent},
		{"recovering, evidence ended", service(firmware.StatusRecovering, down, stale), "red slow blink", "recovering, unobserved: shop", panel.ToneSilent},
		{"degraded, recovering", service(firmware.StatusRecovering, degraded), "amber slow blink", "degraded, recovering: shop", panel.ToneSilent},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := panel.Render(view(c.s), now, panel.Defaults())
			l := lamp(t, f, "service")
			if l.Pattern.String() != c.looks || l.Says() != c.says || f.Tone != c.tone {
				t.Errorf("got %q, %q, tone %s; want %q, %q, tone %s", l.Pattern, l.Says(), f.Tone, c.looks, c.says, c.tone)
			}
			if l.Lease <= 0 || l.Lease > panel.MaxLease {
				t.Errorf("lease %v", l.Lease)
			}
		})
	}
}

// TestWorstServiceWins holds the documented order: of any two neighbours the earlier is shown, in either order.
func TestWorstServiceWins(t *testing.T) {
	order := []fold.ServiceView{
		service(firmware.StatusConfirmed, firmware.ImpactMasked, named("a")),
		service(firmware.StatusConfirmed, firmware.ImpactDown, named("b"), acked),
		service(firmware.StatusRecovering, firmware.ImpactDown, named("c")),
		service(firmware.StatusSingleSite, firmware.ImpactDown, named("d")),
		service(firmware.StatusSuspected, firmware.ImpactDown, named("e")),
		service(firmware.StatusUnknown, firmware.ImpactNone, named("f")),
		service(firmware.StatusUp, firmware.ImpactNone, named("g")),
	}
	for i, worse := range order {
		for _, better := range order[i+1:] {
			for _, v := range []fold.View{view(worse, better), view(better, worse)} {
				want := lamp(t, panel.Render(view(worse, worse), now, panel.Defaults()), "service")
				if got := lamp(t, panel.Render(v, now, panel.Defaults()), "service"); got.Pattern != want.Pattern || got.Subject != worse.Decision.Service {
					t.Errorf("%s beside %s shows %v", worse.Decision.Service, better.Decision.Service, got)
				}
			}
		}
	}
}

// TestAlikeServicesAreCounted: a lamp that speaks of one service says how many more it would show the same for.
func TestAlikeServicesAreCounted(t *testing.T) {
	down := service(firmware.StatusConfirmed, firmware.ImpactDown)
	masked := service(firmware.StatusConfirmed, firmware.ImpactMasked, named("recorder"))
	amber := service(firmware.StatusSuspected, firmware.ImpactDown, named("uploads"))
	unknown := service(firmware.StatusUnknown, firmware.ImpactNone, named("docs"))
	up := service(firmware.StatusUp, firmware.ImpactNone, named("blog"))
	for _, c := range []struct {
		services    []fold.ServiceView
		says, brief string
	}{
		{[]fold.ServiceView{down, masked}, "confirmed down: shop and 1 more", "down: shop +1"},
		{[]fold.ServiceView{masked, down, masked}, "confirmed down: shop and 2 more", "down: shop +2"},
		{[]fold.ServiceView{amber, up, down, amber, unknown}, "confirmed down: shop", "down: shop"},
		{[]fold.ServiceView{up, amber, unknown, amber}, "suspected: uploads and 1 more", "suspected: uploads +1"},
		{[]fold.ServiceView{amber, amber, down}, "confirmed down: shop", "down: shop"},
		{[]fold.ServiceView{unknown, up}, "not known: docs", "not known: docs"},
		{[]fold.ServiceView{unknown, unknown}, "not known", "not known"},
		{[]fold.ServiceView{up, up}, "up", "up"},
	} {
		l := lamp(t, panel.Render(view(c.services...), now, panel.Defaults()), "service")
		if l.Says() != c.says || l.Brief() != c.brief {
			t.Errorf("got %q and %q, want %q and %q", l.Says(), l.Brief(), c.says, c.brief)
		}
	}
}

func TestRegionsHaveTheirOwnLamps(t *testing.T) {
	s := service(firmware.StatusConfirmed, firmware.ImpactDown)
	s.Decision.Regions = []firmware.RegionDecision{
		{Region: "eu", Status: firmware.StatusConfirmed, Impact: firmware.ImpactDown},
		{Region: "us", Status: firmware.StatusUp},
	}
	f := panel.Render(view(s), now, panel.Settings{Regions: []string{"us", "eu", "asia"}})
	for key, want := range map[string]string{
		"service/us": "service/us: green steady, up", "service/eu": "service/eu: red fast blink, confirmed down: shop",
		"service/asia": "service/asia: off, not known",
	} {
		if got := lamp(t, f, key).String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if f.Tone != panel.ToneDown {
		t.Errorf("tone %s", f.Tone)
	}
}

func TestMuteSilences(t *testing.T) {
	v := view(service(firmware.StatusConfirmed, firmware.ImpactDown))
	v.Muted = true
	if f := panel.Render(v, now, panel.Defaults()); f.Tone != panel.ToneSilent || lamp(t, f, "service").A != panel.Red {
		t.Errorf("muted: %v", f)
	}
}

func TestDownSoundsBeforeMasked(t *testing.T) {
	masked := service(firmware.StatusConfirmed, firmware.ImpactMasked)
	down := service(firmware.StatusConfirmed, firmware.ImpactDown)
	for _, v := range []fold.View{view(masked, down), view(down, masked)} {
		if f := panel.Render(v, now, panel.Defaults()); f.Tone != panel.ToneDown {
			t.Errorf("tone %s", f.Tone)
		}
	}
}

func TestUplinkLamps(t *testing.T) {
	for _, c := range []struct {
		name string
		u    fold.UplinkView
		want string
	}{
		{"sighted", fold.UplinkView{Sight: fold.SightSighted, Until: late}, "green steady, sighted"},
		{"sighted once", fold.UplinkView{Sight: fold.SightSighted, Until: gone}, "off, not known"},
		{"sighted without evidence", fold.UplinkView{Sight: fold.SightSighted}, "off, not known"},
		{"sighted in another boot", fold.UplinkView{Sight: fold.SightSighted, Until: firmware.Stamp{Boot: firmware.BootID{9}, Up: 99 * time.Hour}}, "off, not known"},
		{"blind", fold.UplinkView{Sight: fold.SightBlind}, "amber slow blink, blind"},
		{"down", fold.UplinkView{Sight: fold.SightDown}, "red held, link down"},
		{"unknown", fold.UplinkView{Sight: fold.SightUnknown, Until: late}, "off, not known"},
	} {
		v := view()
		c.u.Name = "eth0"
		v.Uplinks = []fold.UplinkView{c.u}
		if got := lamp(t, panel.Render(v, now, panel.Defaults()), "uplink/eth0").String(); got != "uplink/eth0: "+c.want {
			t.Errorf("%s: got %q", c.name, got)
		}
	}
}

func TestFeedAndSelfLamps(t *testing.T) {
	part := func(n string, ok bool) fold.PartView { return fold.PartView{Name: n, OK: ok} }
	for _, c := range []struct {
		name, key, want string
		change          func(*fold.View)
	}{
		{"connected", "feed", "green steady, connected", func(*fold.View) {}},
		{"one of two", "feed", "green steady, 1 of 2 brokers", func(v *fold.View) { v.Parts = append(v.Parts, part("feed/b", false)) }},
		{"none", "feed", "amber slow blink, no broker reached", func(v *fold.View) { v.Parts = []fold.PartView{part("feed/b", false)} }},
		{"not configured", "feed", "off, no broker configured", func(v *fold.View) { v.Parts = nil }},
		{"well", "self", "white steady, well", func(*fold.View) {}},
		{"alone", "self", "white seldom flash, alone", func(v *fold.View) { v.Witnesses = firmware.WitnessesSingle }},
		{"clock", "self", "amber quick flash, clock not synced", func(v *fold.View) {
			v.Clock, v.Witnesses = firmware.ClockUnknown, firmware.WitnessesNone
		}},
		{"clock part", "self", "amber quick flash, clock not synced", func(v *fold.View) { v.Parts = append(v.Parts, part("clock", false)) }},
		{"storage", "self", "amber fast blink, storage failing", func(v *fold.View) {
			v.Parts, v.Clock = []fold.PartView{part("store", false)}, firmware.ClockUnknown
		}},
		{"unconfigured", "self", "white slow blink, not configured", func(v *fold.View) {
			v.Unconfigured, v.Parts = true, []fold.PartView{part("store", false)}
		}},
	} {
		v := view()
		c.change(&v)
		if got := lamp(t, panel.Render(v, now, panel.Defaults()), c.key).String(); got != c.key+": "+c.want {
			t.Errorf("%s: got %q", c.name, got)
		}
	}
}
