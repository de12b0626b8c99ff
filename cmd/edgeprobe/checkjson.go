package main

import (
	"net/netip"
	"time"

	"edgeprobe.io/firmware"
)

// seen is a run as `check --json` prints it, with the names and units of the status page: milliseconds and RFC 3339.
// What is not known is left out.
type seen struct {
	Target  string              `json:"target"` // the URL, or SERVICE/CHECK of a config
	Kind    string              `json:"kind"`
	Uplink  string              `json:"uplink,omitempty"`
	OK      bool                `json:"ok"`
	Outcome firmware.Outcome    `json:"outcome"`
	Detail  string              `json:"detail,omitempty"`
	Code    uint16              `json:"code,omitempty"` // HTTP status or DNS rcode
	Start   time.Time           `json:"start"`
	TookMS  float64             `json:"took_ms"`
	Phases  map[string]float64  `json:"phases_ms,omitempty"` // by phase; those that did not happen are left out
	Conn    firmware.Conn       `json:"connection,omitempty"`
	Address netip.Addr          `json:"address,omitzero"`
	Bytes   uint32              `json:"bytes,omitempty"`
	Cache   firmware.CacheState `json:"cache,omitempty"`
	AgeMS   *float64            `json:"cache_age_ms,omitempty"`
	FreshMS *float64            `json:"cache_fresh_ms,omitempty"`
	Expires *time.Time          `json:"certificate_expires,omitempty"`
	TTL     *float64            `json:"ttl_s,omitempty"`    // of a DNS answer
	Pings   map[string]uint8    `json:"pings,omitempty"`    // sent and answered, of an icmp check
	Trips   map[string]float64  `json:"trips_ms,omitempty"` // least, mean, most and standard deviation of the round trips
	Steps   []seenStep          `json:"steps,omitempty"`    // of a transaction: those that were run, in their order
}

// seenStep is one request of a transaction, or of its clean-up, which never changes what came of the run.
type seenStep struct {
	Name    string             `json:"name"`
	Cleanup bool               `json:"cleanup,omitempty"`
	OK      bool               `json:"ok"`
	Outcome firmware.Outcome   `json:"outcome"`
	Code    uint16             `json:"code,omitempty"`
	TookMS  float64            `json:"took_ms"`
	Phases  map[string]float64 `json:"phases_ms,omitempty"`
	Bytes   uint32             `json:"bytes,omitempty"`
}

// seenOf tells of a run that ended at wall time now.
func seenOf(l look, r firmware.Result, now time.Time) seen {
	s := seen{
		Target: l.plain(), Kind: l.check.Kind, Uplink: r.Uplink, OK: r.Outcome.OK(), Outcome: r.Outcome, Detail: r.Detail, Code: r.Status,
		Start: now.Add(-r.Took).UTC(), TookMS: millis(r.Took), Phases: seenPhases(r.Phases),
		Conn: r.Conn, Address: r.Address, Bytes: r.Bytes, Cache: r.Cache.State,
	}
	for _, step := range stepsOf(l.check, r) {
		s.Steps = append(s.Steps, seenStep{
			Name: step.Name, Cleanup: step.cleanup, OK: step.Outcome.OK(), Outcome: step.Outcome, Code: step.Status,
			TookMS: millis(step.Took), Phases: seenPhases(step.Phases), Bytes: step.Bytes,
		})
	}
	if r.Cache.Aged {
		s.AgeMS = new(millis(r.Cache.Age))
	}
	if answered(r) && r.Cache.Fresh >= 0 {
		s.FreshMS = new(millis(r.Cache.Fresh))
	}
	if r.Expires != 0 {
		s.Expires = new(time.Unix(r.Expires, 0).UTC())
	}
	if ttl, ok := ttlOf(r); ok {
		s.TTL = new(ttl.Seconds())
	}
	if t := r.Trips; t.Sent > 0 {
		s.Pings = map[string]uint8{"sent": t.Sent, "answered": t.Answered}
	}
	if t := r.Trips; t.Answered > 0 {
		s.Trips = map[string]float64{"min": millis(t.Min), "avg": millis(r.Phases.Wait), "max": millis(t.Max), "mdev": millis(t.Dev)}
	}
	return s
}

// ttlOf returns how long a DNS answer may be kept.
func ttlOf(r firmware.Result) (ttl time.Duration, ok bool) {
	return r.Cache.Fresh, !answered(r) && r.Cache.Fresh > 0
}

// seenPhases are the phases that happened.
func seenPhases(p firmware.Phases) map[string]float64 {
	seen := map[string]float64{}
	for _, ph := range phasesOf(p) {
		if ph.took > 0 {
			seen[ph.name] = millis(ph.took)
		}
	}
	return seen
}

// millis is d in milliseconds, to the microsecond.
func millis(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}
