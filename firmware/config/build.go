package config

import (
	"slices"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/verdict"
)

// builder turns the raw file into checked values. It goes on after a problem, to find them all.
type builder struct {
	reader
	name string // of the main file
	cfg  Config
	self *firmware.Device // nil while unknown
}

// maxChecks bounds what one device runs, controls included.
const maxChecks = 256

func (b *builder) build(raw *rawFile) {
	b.tune(raw)
	fleet := b.fleet(&raw.Fleet)
	b.cfg.Fold.Fleet = fleet.devices
	b.device(raw, fleet)
	b.key(raw, fleet)
	b.uplinks(raw)
	b.services(raw)
	b.controls(raw)
	b.portals(raw)
	b.probe(raw)
	b.feed(&raw.Feed)
	b.panel(raw, fleet)
	b.cfg.Fold.Rules = b.rules(raw)
	b.beat(&raw.Feed)
	b.warn()
}

// device finds this device in the fleet.
func (b *builder) device(raw *rawFile, fleet fleetList) {
	b.cfg.Fold.Device = string(raw.Device.V)
	i := slices.IndexFunc(fleet.devices, func(d firmware.Device) bool { return d.ID == string(raw.Device.V) })
	if i >= 0 {
		b.self = &b.cfg.Fold.Fleet[i]
		return
	}
	if raw.Device.OK && fleet.whole {
		b.add(raw.Device.at, kindUnknown, oneOf(string(raw.Device.V), fleet.ids()), string(raw.Device.V), "device of the fleet")
	}
}

// rules returns what verdict must know of every check, with the actual interval per uplink.
func (b *builder) rules(raw *rawFile) []verdict.Rule {
	var rules []verdict.Rule
	least := map[string]time.Duration{}
	for i, u := range b.cfg.Uplinks {
		if u.Metered {
			least[u.Name] = b.metered(raw.Uplinks[i], u)
		}
	}
	for _, c := range b.cfg.Checks {
		intervals := map[string]time.Duration{}
		for _, u := range b.cfg.Uplinks {
			if c.Uplink == "" || c.Uplink == u.Name {
				intervals[u.Name] = max(c.Interval, least[u.Name])
			}
		}
		rules = append(rules, verdict.Rule{
			Ref: c.Ref, Role: c.Role, Region: c.Region, Critical: c.Critical, Negative: c.Negative,
			Marker: c.HTTP != nil && c.HTTP.Marker != "", Named: c.DNS != nil && c.DNS.Server != "", Interval: intervals, Timeout: c.Timeout,
		})
	}
	return rules
}

// defaultBeat is the time between heartbeats where evidence counts for at least twice as long.
const defaultBeat = 30 * time.Second

// beat sets the heartbeat: at least twice in the shortest time that evidence of an unmetered uplink counts.
func (b *builder) beat(raw *rawFeed) {
	every := raw.Heartbeat.or(defaultBeat)
	if most := shortestValid(b.cfg.Fold, b.cfg.Uplinks) / 2; most > 0 && every > most {
		every = max(most, time.Second)
		if raw.Heartbeat.OK {
			b.warning("the heartbeat is sent every %s instead of %s, so that peers hear it while evidence counts",
				every, raw.Heartbeat.V)
		}
	}
	b.cfg.Fold.BeatEvery = every
}

// shortestValid returns the shortest time that any check's evidence counts on an unmetered uplink, or on any
// when all are metered; 0 without checks.
func shortestValid(s fold.Settings, uplinks []firmware.Uplink) time.Duration {
	var all, unmetered time.Duration
	for _, rule := range s.Rules {
		for _, u := range uplinks {
			if rule.Interval[u.Name] == 0 {
				continue // it does not run there
			}
			valid := time.Duration(float64(rule.Interval[u.Name]) * s.Verdict.ValidFactor)
			if all == 0 || valid < all {
				all = valid
			}
			if !u.Metered && (unmetered == 0 || valid < unmetered) {
				unmetered = valid
			}
		}
	}
	if unmetered > 0 {
		return unmetered
	}
	return all
}

// taken remembers where a name was given first.
type taken map[string]string

// claim reports a name that is taken already, compared as text.
func (b *builder) claim(names taken, text string, at place) {
	if first, ok := names[text]; ok {
		b.add(at, kindDuplicate, "", text, first)
		return
	}
	names[text] = at.key
}

// claimName is claim for a good name.
func (b *builder) claimName(names taken, v val[ident]) {
	if v.OK {
		b.claim(names, string(v.V), v.at)
	}
}
