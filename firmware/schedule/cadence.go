package schedule

import (
	"time"

	"edgeprobe.io/firmware"
)

// attention is a job's own level: a control follows the closest look at any service over its uplink, because a
// failing vote needs controls that started after the failure.
func (p *Plan) attention(e *entry) Attention {
	if e.Ref.Service != "" {
		return p.level[place{e.Ref.Service, e.Uplink}]
	}
	if p.bursting(e.Uplink) {
		return Burst
	}
	return Calm
}

// bursting reports whether any service is looked at in a burst over the uplink.
func (p *Plan) bursting(uplink string) bool {
	for at, level := range p.level {
		if at.uplink == uplink && level == Burst {
			return true
		}
	}
	return false
}

// closePace is how many bytes a second a job may cost while its service is looked at closely: a page costs less than
// a second of it and is not slowed, an upload of megabytes is not repeated at the pace of a page.
const closePace = 64 << 10

// lasts is how long what a run costs must last while its service is looked at closely; never longer than in calm.
func (e *entry) lasts() time.Duration {
	return min(time.Duration(e.Bytes/closePace)*time.Second, e.Interval)
}

// pause is the time between the end of a run and the next in a burst.
func (p *Plan) pause(e *entry) time.Duration {
	if e.Ref.Service == "" {
		return p.set.Control
	}
	return max(p.set.Recheck, e.lasts())
}

// soon is when a job runs that is wanted at once: now, but not sooner after its last run than in a burst.
func (p *Plan) soon(e *entry, now firmware.Stamp) firmware.Stamp {
	if e.ended.Zero() {
		return now
	}
	at := e.ended.Add(max(p.set.Recheck, e.lasts()))
	if now.Up > at.Up {
		return now
	}
	return at
}

// after is the job's next instant after now: on its grid while calm, at the incident interval otherwise.
func (p *Plan) after(e *entry, now firmware.Stamp) firmware.Stamp {
	switch p.attention(e) {
	case Burst:
		return now.Add(e.Interval) // the end of the run brings it forward
	case Incident:
		return now.Add(max(min(e.Interval, p.set.Incident), e.lasts()))
	}
	turns := (now.Up - e.phase) / e.Interval
	next := firmware.Stamp{Boot: now.Boot, Up: e.phase + turns*e.Interval}
	for next.Up <= now.Up {
		next = next.Add(e.Interval)
	}
	return next
}
