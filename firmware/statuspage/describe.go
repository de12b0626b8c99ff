package statuspage

import (
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// teller turns stamps into instants as seen at one moment.
type teller struct {
	now   firmware.Stamp
	wall  func(firmware.Stamp) time.Time
	began map[string]status                      // what each service is, and since when
	lamps func(fold.View, firmware.Stamp) []Lamp // nil: none
	lag   func() Lag                             // nil: none
}

// instant returns nil for a stamp that was never set.
func (t teller) instant(s firmware.Stamp) *Instant {
	if s.Zero() {
		return nil
	}
	var i Instant
	at := t.wall(s)
	if !at.IsZero() {
		at = at.UTC().Truncate(time.Millisecond)
		i.At = &at
	}
	if d, ok := t.since(s, at); ok {
		ms := d.Milliseconds()
		i.AgeMS = &ms
	}
	return &i
}

// since measures within a boot by the stamps; across boots the wall clock is all there is.
func (t teller) since(s firmware.Stamp, at time.Time) (time.Duration, bool) {
	if s.Boot == t.now.Boot {
		return t.now.Since(s), true
	}
	present := t.wall(t.now)
	return present.Sub(at), !at.IsZero() && !present.IsZero()
}

// left returns how long evidence still lasts; 0 when it has ended or belongs to another boot.
func (t teller) left(until firmware.Stamp) time.Duration {
	if until.Zero() || until.Boot != t.now.Boot {
		return 0
	}
	return max(0, until.Up-t.now.Up)
}

// view describes v at the teller's moment.
func (t teller) view(v fold.View) View {
	out := View{
		Time: t.wall(t.now).UTC().Truncate(time.Millisecond), Clock: v.Clock, Device: v.Device, Site: v.Site,
		Region: v.Region, Unconfigured: v.Unconfigured, Witnesses: v.Witnesses, Muted: v.Muted,
		Services: []Service{}, Uplinks: []Uplink{}, Parts: []Part{}, Peers: []Peer{},
		Lamps: []Lamp{}, ClockSays: clockSays(v.Clock),
	}
	for _, s := range v.Services {
		out.Services = append(out.Services, t.service(v.Device, s))
	}
	for _, u := range v.Uplinks {
		out.Uplinks = append(out.Uplinks, t.uplink(u))
	}
	for _, p := range v.Parts {
		out.Parts = append(out.Parts, Part{p.Name, p.OK, t.instant(p.Since), p.Why})
	}
	for _, p := range v.Peers {
		out.Peers = append(out.Peers, Peer{p.Device, p.Site, p.Alive, t.instant(p.Heard)})
	}
	if t.lag != nil {
		out.Lag = t.lag()
	}
	if t.lamps != nil {
		out.Lamps = append(out.Lamps, t.lamps(v, t.now)...)
	}
	out.Headline, out.Mood = headline(out)
	return out
}

func (t teller) service(device string, s fold.ServiceView) Service {
	d := s.Decision
	rest := t.left(s.Until)
	w := word(shown(d.Status, rest), d.Impact)
	out := Service{
		Name: d.Service, Status: shown(d.Status, rest), Impact: d.Impact, Mood: w.mood, Title: w.title, Says: w.says,
		Why: d.Why, Witnesses: d.Witnesses, Voters: d.Voters, Failing: d.Failing, FullView: d.FullView, Scope: d.Scope,
		Started: t.instant(d.Started), Confirmed: t.instant(d.Confirmed), Unobserved: t.instant(d.Unobserved),
		Incident: d.Incident.String(), AckedBy: d.AckedBy, MaskedForMS: d.MaskedFor.Milliseconds(),
		EvidenceMS: rest.Milliseconds(), Regions: []Region{}, Votes: []Vote{}, Checks: []Check{},
	}
	if out.Status != d.Status {
		out.Why = "this device's own evidence has ended"
	} else if known := t.began[d.Service]; known.is == string(d.Status) {
		out.Since = t.instant(known.at)
	}
	for _, id := range d.Aliases {
		out.Aliases = append(out.Aliases, id.String())
	}
	for _, r := range d.Regions {
		status := shown(r.Status, rest)
		w := word(status, r.Impact)
		out.Regions = append(out.Regions, Region{r.Region, status, r.Impact, w.mood, w.title})
	}
	for _, v := range s.Votes {
		out.Votes = append(out.Votes, t.vote(device, true, v))
	}
	for _, p := range s.Peers {
		out.Votes = append(out.Votes, t.vote(p.Device, false, p.Vote))
	}
	for _, c := range s.Checks {
		out.Checks = append(out.Checks, t.check(c))
	}
	return out
}

// shown is what may be said: nothing is up on evidence that has ended.
func shown(s firmware.Status, rest time.Duration) firmware.Status {
	if s == firmware.StatusUp && rest == 0 {
		return firmware.StatusUnknown
	}
	return s
}

// vote describes a vote; a pass of this device's own needs evidence that lasts.
func (t teller) vote(device string, own bool, v firmware.Vote) Vote {
	if own && v.State == firmware.VotePass && t.left(v.Evidence.Add(v.ValidFor)) == 0 {
		v.State = firmware.VoteNone
	}
	return Vote{
		Device: device, Uplink: v.Uplink, Own: own, Region: v.Target.Region, State: v.State, Impact: v.Impact,
		Since: t.instant(v.Since), Evidence: t.instant(v.Evidence), Why: v.Why,
	}
}

func (t teller) check(c fold.CheckView) Check {
	out := Check{
		Name: c.Name, Uplink: c.Uplink, Role: c.Role, Outcome: c.Outcome, Code: c.Status, Start: t.instant(c.Start),
		TookMS: float64(c.Took.Microseconds()) / 1000, Detail: c.Detail,
	}
	if c.Cache.State != firmware.CacheUnknown {
		out.Cache = c.Cache.State.String()
	}
	if c.Expires != 0 {
		at := time.Unix(c.Expires, 0).UTC()
		out.Expires = &at
	}
	return out
}

func (t teller) uplink(u fold.UplinkView) Uplink {
	sight := u.Sight
	if sight == fold.SightSighted && t.left(u.Until) == 0 {
		sight = fold.SightUnknown
	}
	return Uplink{u.Name, u.Network, u.Metered, sight, t.instant(u.Since), u.Good, u.Controls, u.Why}
}

func (t teller) transition(x fold.Transition) Transition {
	out := Transition{Seq: x.Seq, Kind: x.Kind, Subject: x.Subject, From: x.From, To: x.To, Why: x.Why}
	if i := t.instant(x.At); i != nil {
		out.Instant = *i
	}
	switch {
	case x.Decision != nil:
		out.Impact = x.Decision.Impact
	case x.Vote != nil:
		out.Impact = x.Vote.Impact
	}
	return out
}
