package judge

import (
	"cmp"
	"slices"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

// claim is what a device said of one vote over the feed, by a sheet or by a heartbeat that stands by it.
type claim struct {
	service, uplink string
	region          string // as the sheet says; "": the device's own
	state           string
	at              time.Duration // when it was heard
	age             time.Duration // of its evidence then, as stated
	valid           time.Duration // how long evidence counts, as stated
}

// sheetKey names a sheet: heartbeats stand by it with its number.
type sheetKey struct {
	device, service string
	sequence        float64
}

// claims returns by device what was said over the feed, in the order in which it was heard. What the broker replays
// carries no vote, and a heartbeat without the sheet that it stands by says nothing (DESIGN 3.4).
func claims(log []seen.Observation) map[string][]claim {
	all, sheets := map[string][]claim{}, map[sheetKey][]claim{}
	for _, o := range log {
		switch {
		case o.Source != seen.Feed:
		case o.Kind == "vote":
			c, key, ok := voted(o)
			if held := sheets[key]; len(held) > 0 && held[0].at != o.At {
				sheets[key] = nil // it came again, or its number did
			}
			sheets[key] = append(sheets[key], c)
			if ok && !o.Is("retained") {
				all[o.Device] = append(all[o.Device], c)
			}
		case o.Kind == "heartbeat":
			stands, _ := o.Fields["stands"].([]any)
			for _, s := range stands {
				all[o.Device] = append(all[o.Device], vouched(o, s, sheets)...)
			}
		}
	}
	return all
}

// voted reads one vote of a sheet; ok is false when it names no evidence.
func voted(o seen.Observation) (c claim, key sheetKey, ok bool) {
	age, ok := o.Number("age_ms")
	valid, _ := o.Number("valid_for_ms")
	key.device, key.service = o.Device, o.Subject
	key.sequence, _ = o.Number("sequence")
	return claim{o.Subject, o.Text("uplink"), o.Text("region"), o.Text("state"), o.At, inTime(age), inTime(valid)}, key, ok
}

// vouched returns the votes that a heartbeat stands by, as old as it says.
func vouched(o seen.Observation, stand any, sheets map[sheetKey][]claim) (out []claim) {
	m, _ := stand.(map[string]any)
	service, _ := m["service"].(string)
	sequence, _ := m["sequence"].(float64)
	ages, _ := m["ages_ms"].([]any)
	for i, c := range sheets[sheetKey{o.Device, service, sequence}] {
		if i >= len(ages) {
			break
		}
		if age, is := ages[i].(float64); is {
			c.at, c.age = o.At, inTime(age)
			out = append(out, c)
		}
	}
	return out
}

func inTime(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// hearing is how much sooner than the lab a device may hear a peer.
const hearing = time.Second

// borne returns when what was said of a service in a region bore a green lamp of a device: what it said itself since
// its evidence began, what a peer said since it was heard, if the device could hear it; and both for as long as
// that evidence counts.
func (e *evidence) borne(h Holding, service, region string) (spans []scenario.Span) {
	for _, from := range e.Stores {
		for _, c := range e.claims[from.Device] {
			if c.service != service || c.state != "pass" || cmp.Or(c.region, from.Region) != region {
				continue
			}
			s := scenario.Span{From: c.at - c.age, Until: c.at - c.age + min(c.valid, e.longest(from, c)) + darkWithin}
			if from.Device != h.Device {
				s.From = max(s.From, c.at-hearing)
				if !e.listens(h.Device, c.at) {
					continue
				}
			}
			spans = append(spans, s)
		}
	}
	return spans
}

// longest returns how long evidence of a claim can count at most: by the slowest check that it can stand on, as the
// device's own store knows it. What no run is known of is believed.
func (e *evidence) longest(h Holding, c claim) time.Duration {
	return cmp.Or(e.valid[look{h.Device, c.service, cmp.Or(c.region, h.Region), c.uplink}], c.valid)
}

// look is whose edge checks look at what over what.
type look struct{ device, service, region, uplink string }

// validity returns for each look how long a run of its slowest check counts.
func validity(stores []Holding) map[look]time.Duration {
	all := map[look]time.Duration{}
	for _, h := range stores {
		for _, r := range h.Results {
			if r.Edge {
				l := look{h.Device, r.Service, r.Region, r.Uplink}
				all[l] = max(all[l], r.ValidFor())
			}
		}
	}
	return all
}

// listens reports whether a device could hear its peers at a time: whom the broker hears, it reaches. Nothing but its
// own heartbeats shows that.
func (e *evidence) listens(device string, at time.Duration) bool {
	return slices.ContainsFunc(e.beats[device], func(s scenario.Span) bool { return s.Contains(at) })
}

// beats returns by device when it was on the feed: about each of its heartbeats, for as long as one is a lease.
func beats(log []seen.Observation) map[string][]scenario.Span {
	all := map[string][]scenario.Span{}
	for _, o := range log {
		if every, ok := o.Number("every_ms"); ok && o.Source == seen.Feed && o.Kind == "heartbeat" {
			reach := inTime(validFactor * every)
			all[o.Device] = append(all[o.Device], scenario.Span{From: o.At - reach, Until: o.At + reach})
		}
	}
	return all
}
