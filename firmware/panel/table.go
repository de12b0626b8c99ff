package panel

import (
	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// reading is what of a service the table looks at.
type reading struct {
	status firmware.Status
	impact firmware.Impact
	acked  bool // somebody knows of the incident
	own    bool // a vote of this device fails or is pending
	fresh  bool // this device's evidence lasts
	again  bool // it recovers from an incident that was over, and somebody doubts that
}

func (r reading) degraded() bool { return r.impact == firmware.ImpactDegraded }
func (r reading) confirmed() bool {
	return r.status == firmware.StatusConfirmed && !r.degraded()
}
func (r reading) recovering() bool {
	return r.status == firmware.StatusRecovering && !r.degraded()
}

// seenUp includes what another vantage alone cannot see: its own path, not this device's.
func (r reading) seenUp() bool {
	return r.status == firmware.StatusUp || r.status == firmware.StatusPartial && !r.own
}

// row is one state of a service lamp.
type row struct {
	when    func(reading) bool
	pattern Pattern
	tone    Tone
	meaning string
}

// serviceRows is the table of the panel, worst first: the first row that holds is shown, and of several services
// the one with the earliest row. The last row holds for every reading.
var serviceRows = [...]row{
	{func(r reading) bool { return r.confirmed() && !r.acked && r.impact != firmware.ImpactMasked },
		fast(Red), ToneDown, "confirmed down"},
	{func(r reading) bool { return r.confirmed() && !r.acked },
		fast(Red), ToneMasked, "confirmed masked"},
	{func(r reading) bool { return r.confirmed() && r.impact != firmware.ImpactMasked },
		held(Red), ToneSilent, "down, acknowledged"},
	{func(r reading) bool { return r.confirmed() },
		held(Red), ToneSilent, "masked, acknowledged"},
	{func(r reading) bool { return r.recovering() && !r.fresh },
		alternating(Red, Dark), ToneSilent, "recovering, unobserved"},
	{func(r reading) bool { return r.recovering() && r.again },
		alternating(Red, Green), ToneSilent, "failing again"},
	{func(r reading) bool { return r.recovering() },
		alternating(Red, Green), ToneRecovered, "recovering"},
	{func(r reading) bool { return r.status == firmware.StatusSingleSite && !r.degraded() },
		flash(Amber, 350*ms), ToneSilent, "failing at this site"},
	{func(r reading) bool { return r.status == firmware.StatusRecovering },
		slow(Amber), ToneSilent, "degraded, recovering"},
	{func(r reading) bool { return r.status == firmware.StatusConfirmed },
		slow(Amber), ToneSilent, "confirmed degraded"},
	{func(r reading) bool { return r.status == firmware.StatusSingleSite },
		slow(Amber), ToneSilent, "degraded at this site"},
	{func(r reading) bool { return r.status == firmware.StatusSuspected },
		slow(Amber), ToneSilent, "suspected"},
	{func(r reading) bool { return r.status == firmware.StatusPartial && r.own },
		slow(Amber), ToneSilent, "failing from here alone"},
	{func(r reading) bool { return !r.seenUp() || !r.fresh },
		steady(Dark), ToneSilent, "not known"},
	{func(r reading) bool { return true },
		steady(Green), ToneSilent, "up"},
}

// uplinkRows is what an uplink's sight shows; any other sight, or one without evidence, is off.
var uplinkRows = [...]struct {
	sight   fold.Sight
	pattern Pattern
	meaning string
}{
	{fold.SightSighted, steady(Green), "sighted"},
	{fold.SightBlind, slow(Amber), "blind"},
	{fold.SightDown, held(Red), "link down"},
}

// selfRows is what the device says of itself, worst first; the last row holds for every view.
var selfRows = [...]struct {
	when    func(fold.View) bool
	pattern Pattern
	meaning string
}{
	{func(v fold.View) bool { return v.Unconfigured }, slow(White), "not configured"},
	{func(v fold.View) bool { return failing(v, "store") }, fast(Amber), "storage failing"},
	{func(v fold.View) bool {
		return v.Clock == firmware.ClockUnknown || v.Clock == "" || failing(v, "clock")
	},
		flash(Amber, 350*ms), "clock not synced"},
	{func(v fold.View) bool { return failing(v, "cpu") }, slow(Amber), "starved"},
	{func(v fold.View) bool { return v.Witnesses != firmware.WitnessesEnough }, flash(White, 1850*ms), "alone"},
	{func(v fold.View) bool { return true }, steady(White), "well"},
}

func failing(v fold.View, part string) bool {
	for _, p := range v.Parts {
		if p.Name == part {
			return !p.OK
		}
	}
	return false
}
