package schedule

import (
	"cmp"
	"hash/fnv"
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

// Job is a check to be run over an uplink again and again.
type Job struct {
	Ref      firmware.CheckRef
	Uplink   string
	Interval time.Duration // while all is calm; at least 1 s
	Bytes    int64         // what a run is expected to cost on the wire, see [Cost]
}

// Run is one job that is due. A missed one must not be started: it is only to be recorded.
type Run struct {
	Job
	Due      firmware.Stamp
	Missed   bool
	Incident bool // the service is looked at closely: what it costs may come from the reserve
}

// Attention is how closely to look at a service over an uplink.
type Attention int

// The attentions, from least to most.
const (
	Calm Attention = iota
	Incident
	Burst
)

// Plan is the schedule of one device. It is not safe for concurrent use.
type Plan struct {
	set     Settings
	entries []*entry
	level   map[place]Attention
}

type place struct{ service, uplink string }

type entry struct {
	Job
	phase  time.Duration // offset of its grid, 0 <= phase < Interval
	due    firmware.Stamp
	ended  firmware.Stamp // end of its newest run
	flying bool
	again  bool // wanted at once, but in flight: it runs again as soon as it has ended
}

// start spreads the first runs after boot over this time, so that measuring starts soon but not in one burst.
const start = 5 * time.Second

// New plans jobs from now on. The device's name sets its phase in the fleet.
func New(jobs []Job, device string, now firmware.Stamp, set Settings) *Plan {
	p := &Plan{set: set, level: map[place]Attention{}}
	type group struct {
		uplink   string
		interval time.Duration
	}
	groups := map[group][]*entry{}
	for _, j := range jobs {
		e := &entry{Job: j}
		p.entries = append(p.entries, e)
		g := group{j.Uplink, j.Interval}
		groups[g] = append(groups[g], e)
	}
	for _, es := range groups {
		slots := (len(es) + set.Slot - 1) / set.Slot
		for i, e := range es {
			share := float64(i/set.Slot) / float64(slots)
			e.phase = time.Duration((share + shift(device)/float64(slots)) * float64(e.Interval))
			e.due = now.Add(time.Duration(share * float64(min(start, e.Interval))))
		}
	}
	return p
}

// shift returns the device's own part of a slot, 0 <= shift < 1.
func shift(device string) float64 {
	h := fnv.New32a()
	h.Write([]byte(device))
	return float64(h.Sum32()%997) / 997
}

// Next returns when something is due next; the zero stamp when there are no jobs.
func (p *Plan) Next() firmware.Stamp {
	var next firmware.Stamp
	for _, e := range p.entries {
		if next.Zero() || e.due.Up < next.Up {
			next = e.due
		}
	}
	return next
}

// Due returns what is due at now and takes it as started. A job still in flight is missed instead.
func (p *Plan) Due(now firmware.Stamp) []Run {
	var out []Run
	for _, e := range p.entries {
		if e.due.Up > now.Up {
			continue
		}
		switch at := p.attention(e); {
		case !e.flying:
			e.flying = true
			out = append(out, Run{Job: e.Job, Due: e.due, Incident: at != Calm})
			e.due = p.after(e, now)
		case at == Calm:
			out = append(out, Run{Job: e.Job, Due: e.due, Missed: true})
			e.due = p.after(e, now)
		default: // in a burst the end of the run decides
			e.due = p.after(e, now)
		}
	}
	slices.SortStableFunc(out, func(a, b Run) int { return cmp.Compare(a.Due.Up, b.Due.Up) })
	return out
}

// Ended says that a job's run is over; in a burst the next one follows soon.
func (p *Plan) Ended(ref firmware.CheckRef, uplink string, now firmware.Stamp) {
	for _, e := range p.entries {
		if e.Ref == ref && e.Uplink == uplink {
			switch {
			case e.again:
				e.due = now
			case p.attention(e) == Burst:
				e.due = now.Add(p.pause(e))
			}
			e.flying, e.again, e.ended = false, false, now
			return
		}
	}
}

// Refused says that a run handed out was not started, because the uplink does not bear it. However closely the service
// is looked at, the next one is asked for only after an interval: what is spent stays spent for a while.
func (p *Plan) Refused(ref firmware.CheckRef, uplink string, now firmware.Stamp) {
	for _, e := range p.entries {
		if e.Ref == ref && e.Uplink == uplink {
			e.flying, e.again, e.due = false, false, now.Add(e.Interval)
			return
		}
	}
}

// Attend sets how closely to look at a service over an uplink, from now on. When the last burst over an uplink
// ends, its controls go back to their grid.
func (p *Plan) Attend(service, uplink string, at Attention, now firmware.Stamp) {
	bursting := p.bursting(uplink)
	p.level[place{service, uplink}] = at
	over := bursting && !p.bursting(uplink)
	for _, e := range p.entries {
		switch {
		case e.Uplink != uplink:
		case e.Ref.Service == service && at == Burst:
			e.due = p.soon(e, now)
		case e.Ref.Service == service, e.Ref.Service == "" && over && !e.again:
			e.due = p.after(e, now)
		}
	}
}

// Prove runs the controls of an uplink at once: a failure needs controls that started after it.
func (p *Plan) Prove(uplink string, now firmware.Stamp) {
	for _, e := range p.entries {
		if e.Uplink == uplink && e.Ref.Service == "" {
			e.due, e.again = now, e.flying
		}
	}
}
