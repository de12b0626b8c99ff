package main

import (
	"net/netip"
	"time"

	"edgeprobe.io/firmware"
)

// seen is a run as `check --json` prints it, with the names and units of the status page: milliseconds and RFC 3339.
// What is not known is left out.
type seen struct {
	Target  string              `json:"target"`
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
}

// seenOf tells of a run that ended at wall time now.
func seenOf(target string, r firmware.Result, now time.Time) seen {
	s := seen{
		Target: target, Uplink: r.Uplink, OK: r.Outcome.OK(), Outcome: r.Outcome, Detail: r.Detail, Code: r.Status,
		Start: now.Add(-r.Took).UTC(), TookMS: millis(r.Took), Phases: map[string]float64{},
		Conn: r.Conn, Address: r.Address, Bytes: r.Bytes, Cache: r.Cache.State,
	}
	p := r.Phases
	for name, d := range map[string]time.Duration{
		"resolve": p.Resolve, "connect": p.Connect, "tls": p.TLS, "wait": p.Wait, "transfer": p.Transfer,
	} {
		if d > 0 {
			s.Phases[name] = millis(d)
		}
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
	return s
}

// millis is d in milliseconds, to the microsecond.
func millis(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}
