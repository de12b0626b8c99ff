package fold

import (
	"maps"
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

// Bounds on what is believed and kept of a peer, whatever it says.
const (
	maxEvery    = 10 * time.Minute // between two beats
	maxValidFor = 3 * time.Hour    // of a heard vote
	maxPast     = 8                // earlier epochs remembered
	leaseFactor = 5                // halves of Every that a lease lasts
)

// alive reports whether the peer's lease runs at now.
func (p Peer) alive(now firmware.Stamp) bool {
	return !p.Lease.Zero() && now.Boot == p.Lease.Boot && now.Up <= p.Lease.Up
}

// votes returns the peer's living votes on a service: vouched for by its beats, and in time.
func (p Peer) votes(service string, now firmware.Stamp) []firmware.Vote {
	if !p.alive(now) {
		return nil
	}
	var out []firmware.Vote
	for _, v := range p.Sheets[service].Votes {
		if v.State != firmware.VoteNone && now.Since(v.Evidence) <= v.ValidFor {
			out = append(out, v)
		}
	}
	return out
}

// heard folds a peer's verified message. Devices outside the fleet, and ourselves, are not heard.
func (w *work) heard(h Heard) {
	if _, known := w.facts.devices[h.Device]; !known || h.Device == w.Set.Device {
		return
	}
	p := w.Peers[h.Device]
	switch {
	case h.Beat != nil:
		p = w.lease(p, *h.Beat, h.Retained)
	case h.Votes != nil:
		p = w.sheet(p, h)
	case h.Ack != nil:
		w.ack(*h.Ack, false)
	case h.Birth != nil && h.Birth.Online && !h.Retained:
		w.beatWithin(jitter(w.Set.Device))
	}
	put(w, &w.Peers, h.Device, p)
}

// lease renews a peer's life. Another epoch than before is believed once, and the old one never again; not while a
// lease of the old one runs, because a device that lives has one database: the other word is an old one replayed.
func (w *work) lease(p Peer, b Beat, retained bool) Peer {
	other := b.Epoch != p.Epoch && p.Epoch != 0
	if retained || slices.Contains(p.Past, b.Epoch) || b.Epoch == p.Epoch && b.Sequence <= p.Sequence || other && p.alive(w.Now) {
		return p
	}
	if other {
		past := append(slices.Clone(p.Past), p.Epoch)
		p.Past, p.Sheets, p.Others = past[max(0, len(past)-maxPast):], of(p.Others, b.Epoch), nil
	}
	p.Epoch, p.Sequence, p.Heard = b.Epoch, b.Sequence, w.Now
	every := min(max(b.Every, 0), maxEvery)
	p.Lease = w.Now.Add(every * leaseFactor / 2)
	sheets := map[string]HeardSheet{}
	for _, st := range b.Stands {
		held, ok := p.Sheets[st.Service]
		if ok && held.Epoch == b.Epoch && held.Sequence == st.Sequence {
			sheets[st.Service] = held.vouched(st.Ages, w.Now)
		} else if ok && held.Epoch == b.Epoch && held.Sequence > st.Sequence {
			sheets[st.Service] = held // newer than the beat: overtaken on the way
		}
	}
	p.Sheets = sheets
	return p
}

// of returns the sheets that belong to the epoch.
func of(sheets map[string]HeardSheet, epoch uint64) map[string]HeardSheet {
	out := maps.Clone(sheets)
	maps.DeleteFunc(out, func(_ string, s HeardSheet) bool { return s.Epoch != epoch })
	return out
}

// order is what outlives a restart of ours: how far a peer had come, so that what it said before is never news.
func (p Peer) order() Peer { return Peer{Past: p.Past, Epoch: p.Epoch, Sequence: p.Sequence} }

// vouched dates a sheet's evidence by the ages that a beat states.
func (s HeardSheet) vouched(ages []time.Duration, now firmware.Stamp) HeardSheet {
	s.Votes = slices.Clone(s.Votes)
	for i := range s.Votes {
		s.Votes[i].Evidence = firmware.Stamp{}
		if i < len(ages) {
			s.Votes[i].Evidence = aged(now, ages[i])
		}
	}
	return s
}

// aged returns the instant age before now; the zero stamp when the age is negative or before the boot.
func aged(now firmware.Stamp, age time.Duration) firmware.Stamp {
	if age < 0 || age >= now.Up {
		return firmware.Stamp{}
	}
	return now.Add(-age)
}

// sheet takes a peer's sheet. It counts at once when it must be newer than a beat of a running lease; else it
// waits until a beat vouches for it, because nobody knows how old a replayed message is. One of another epoch waits
// apart: it must not take the place of what the peer stands by.
func (w *work) sheet(p Peer, h Heard) Peer {
	in := *h.Votes
	shelf := &p.Sheets
	if p.Epoch != 0 && in.Epoch != p.Epoch {
		shelf = &p.Others
	}
	held := (*shelf)[in.Service]
	if len(w.facts.services[in.Service]) == 0 || slices.Contains(p.Past, in.Epoch) ||
		in.Epoch == held.Epoch && in.Sequence <= held.Sequence {
		return p
	}
	live := !h.Retained && p.alive(w.Now) && in.Epoch == p.Epoch && in.Sequence > p.Sequence
	sheet := HeardSheet{Epoch: in.Epoch, Sequence: in.Sequence}
	for _, v := range in.Votes {
		v.Vote.ValidFor = min(max(v.ValidFor, 0), maxValidFor)
		v.Vote.Target.Service = in.Service
		v.Vote.Evidence, v.Vote.Since = firmware.Stamp{}, firmware.Stamp{}
		if live {
			v.Vote.Evidence = aged(w.Now, v.Age)
		}
		known := w.facts.places[firmware.Vantage{Device: h.Device, Uplink: v.Uplink}] != zeroPlace
		if known && len(sheet.Votes) < maxVotes {
			sheet.Votes = append(sheet.Votes, v.Vote)
		}
	}
	*shelf = maps.Clone(*shelf)
	set(shelf, in.Service, sheet)
	return p
}
