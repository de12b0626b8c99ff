package panel

import (
	"fmt"
	"strings"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

const ms = time.Millisecond

// MaxLease is the longest lease: green ends within it when everything above the driver dies.
const MaxLease = 5 * time.Second

// Render returns what the panel shows of v at now. It is pure.
func Render(v fold.View, now firmware.Stamp, set Settings) Frame {
	f := Frame{Tone: tone(v, now)}
	for _, region := range regions(set) {
		f.Lamps = append(f.Lamps, serviceLamp(v, now, region, set))
	}
	for _, u := range v.Uplinks {
		f.Lamps = append(f.Lamps, uplinkLamp(u, now, set))
	}
	f.Lamps = append(f.Lamps, feedLamp(v, set), selfLamp(v, set))
	return f
}

// left returns how long evidence still lasts; 0 when it has ended, never was, or is of another boot.
func left(until, now firmware.Stamp) time.Duration {
	if until.Zero() || until.Boot != now.Boot {
		return 0
	}
	return max(0, until.Up-now.Up)
}

func lease(set Settings) time.Duration {
	if set.Lease <= 0 {
		return Defaults().Lease
	}
	return min(set.Lease, MaxLease)
}

// serviceLamp shows the worst service that has targets in region.
func serviceLamp(v fold.View, now firmware.Stamp, region string, set Settings) Lamp {
	l := Lamp{Role: RoleService, Name: region, Lease: lease(set), Meaning: "not known"}
	if len(v.Services) == 0 {
		l.Meaning = "nothing watched"
	}
	worst := len(serviceRows)
	for _, s := range v.Services {
		r, ok := read(v, s, now, region)
		if !ok {
			continue
		}
		at := rowOf(r)
		if serviceRows[at].pattern.Shows(Green) { // the first evidence to end ends the green
			l.Lease = min(l.Lease, left(s.Until, now))
		}
		switch alike := serviceRows[at].pattern == l.Pattern; {
		case alike && worst < len(serviceRows):
			l.More++
		case at < worst:
			l.More = 0
		}
		if at >= worst {
			continue
		}
		worst = at
		l.Subject, l.Pattern, l.Meaning = s.Decision.Service, serviceRows[at].pattern, serviceRows[at].meaning
		if r.confirmed() && !s.Decision.Unobserved.Zero() {
			l.Meaning += ", unobserved"
		}
	}
	return wordless(l, v, set)
}

// wordless drops the subject where the meaning holds for all services, and gives what is not green its full lease.
func wordless(l Lamp, v fold.View, set Settings) Lamp {
	if !l.Shows(Green) {
		l.Lease = lease(set)
	}
	if l.Pattern == steady(Green) || l.Pattern == steady(Dark) && l.More == len(v.Services)-1 {
		l.Subject, l.More = "", 0
	}
	return l
}

// read returns what the table needs of a service in a region; false when it has no target there.
func read(v fold.View, s fold.ServiceView, now firmware.Stamp, region string) (reading, bool) {
	d := s.Decision
	r := reading{status: d.Status, impact: d.Impact, acked: d.AckedBy != "", fresh: left(s.Until, now) > 0, again: d.Relapsing}
	if region != "" && len(d.Regions) > 0 {
		part, ok := partOf(d.Regions, region)
		if !ok {
			return reading{}, false
		}
		r.status, r.impact = part.Status, part.Impact
	}
	for _, vote := range s.Votes {
		here := vote.Target.Region
		if here == "" {
			here = v.Region
		}
		if region == "" || here == region {
			r.own = r.own || vote.State == firmware.VoteFail || vote.State == firmware.VotePending
		}
	}
	return r, true
}

// partOf finds a region's part; the part of "" speaks for every region that has none.
func partOf(parts []firmware.RegionDecision, region string) (part firmware.RegionDecision, ok bool) {
	for _, p := range parts {
		if p.Region == region {
			return p, true
		}
		if p.Region == "" {
			part, ok = p, true
		}
	}
	return part, ok
}

// rowOf returns the index of the first row that holds.
func rowOf(r reading) int {
	for i := range serviceRows {
		if serviceRows[i].when(r) {
			return i
		}
	}
	return len(serviceRows) - 1
}

// tone is the most urgent of the services' rows, whole and by region.
func tone(v fold.View, now firmware.Stamp) Tone {
	worst := ToneSilent
	if v.Muted {
		return worst
	}
	for _, s := range v.Services {
		if s.Decision.AckedBy != "" {
			continue
		}
		for _, part := range append([]firmware.RegionDecision{{}}, s.Decision.Regions...) {
			r, _ := read(v, s, now, part.Region)
			if t := serviceRows[rowOf(r)].tone; t.urgency() > worst.urgency() {
				worst = t
			}
		}
	}
	return worst
}

func uplinkLamp(u fold.UplinkView, now firmware.Stamp, set Settings) Lamp {
	l := Lamp{Role: RoleUplink, Name: u.Name, Lease: lease(set), Meaning: "not known"}
	for _, r := range uplinkRows {
		if r.sight != u.Sight {
			continue
		}
		if r.pattern.Shows(Green) {
			rest := left(u.Until, now)
			if rest == 0 {
				return l
			}
			l.Lease = min(l.Lease, rest)
		}
		l.Pattern, l.Meaning = r.pattern, r.meaning
		if u.Sight != fold.SightDown && u.Why != "" {
			l.Meaning += ": " + u.Why
		}
	}
	return l
}

// feedLamp is green while at least one broker listens: what is published reaches somebody.
func feedLamp(v fold.View, set Settings) Lamp {
	l := Lamp{Role: RoleFeed, Lease: lease(set), Meaning: "no broker configured"}
	good, all := 0, 0
	for _, p := range v.Parts {
		if strings.HasPrefix(p.Name, "feed/") {
			all++
			if p.OK {
				good++
			}
		}
	}
	switch {
	case all == 0:
	case good == 0:
		l.Pattern, l.Meaning = slow(Amber), "no broker reached"
	case good < all:
		l.Pattern, l.Meaning = steady(Green), fmt.Sprintf("%d of %d brokers", good, all)
	default:
		l.Pattern, l.Meaning = steady(Green), "connected"
	}
	return l
}

func selfLamp(v fold.View, set Settings) Lamp {
	l := Lamp{Role: RoleSelf, Lease: lease(set)}
	for _, r := range selfRows {
		if r.when(v) {
			l.Pattern, l.Meaning = r.pattern, r.meaning
			break
		}
	}
	return l
}
