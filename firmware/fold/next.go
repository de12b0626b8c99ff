package fold

import (
	"time"

	"edgeprobe.io/firmware"
)

// Next returns the next instant at which the state changes by time alone, always after s.Now; the zero stamp
// when there is none.
func Next(s State) firmware.Stamp {
	if s.facts == nil {
		return firmware.Stamp{}
	}
	n := next{now: s.Now}
	if !s.BeatDue.Zero() && s.Set.BeatEvery > 0 {
		n.at(s.BeatDue)
	}
	for k, t := range s.Tracks {
		r, ok := s.facts.rules[k.Ref]
		for _, from := range []firmware.Stamp{t.Run, t.Portal.At} {
			if ok && !from.Zero() {
				n.past(from.Add(r.ValidFor(k.Uplink, s.Set.Verdict)))
			}
		}
	}
	for _, e := range s.Eyes {
		n.past(e.Dead.Until)
	}
	for _, p := range s.Peers {
		n.past(p.Lease)
		for _, sheet := range p.Sheets {
			for _, v := range sheet.Votes {
				if !v.Evidence.Zero() {
					n.past(v.Evidence.Add(v.ValidFor))
				}
			}
		}
	}
	for _, u := range s.Uplinks {
		for name := range s.Services {
			n.past(u.Since.Add(s.facts.patience(name)))
		}
	}
	for name, svc := range s.Services {
		if o := svc.Quorum.Opened; !o.Zero() {
			n.past(o.Add(s.facts.patience(name)))
			n.past(svc.Quorum.Began.Add(s.Set.Quorum.PartialAfter))
		}
	}
	return n.due
}

// next keeps the earliest instant after now.
type next struct{ now, due firmware.Stamp }

func (n *next) at(t firmware.Stamp) {
	if t.Boot == n.now.Boot && t.Up > n.now.Up && (n.due.Zero() || t.Up < n.due.Up) {
		n.due = t
	}
}

// past notes the first instant after t, for limits that are still good at t itself.
func (n *next) past(t firmware.Stamp) {
	if !t.Zero() {
		n.at(t.Add(time.Microsecond))
	}
}
