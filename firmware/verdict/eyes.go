package verdict

import "edgeprobe.io/firmware"

// Eyes is what is remembered of an uplink's sight. The zero value never lost it.
type Eyes struct {
	Lost bool           `json:"lost,omitempty"` // blind or down, and not sighted since
	Back firmware.Stamp `json:"back,omitzero"`  // when it was last sighted again; zero: never lost and found
}

// See returns the eyes after a judgement at now: lost is blind or down, sighted that enough controls pass. Neither is
// not known, which gives nobody's sight back. A failure held against a target when Back changes is void.
func (e Eyes) See(lost, sighted bool, now firmware.Stamp) Eyes {
	switch {
	case lost:
		e.Lost = true
	case sighted && e.Lost:
		e = Eyes{Back: now}
	}
	return e
}

// Witness reports whether a run of the rule's check may speak of its target. What speaks against it must have begun
// after sight returned; and what the uplink's own resolvers could not find out, Settings.DNSAfter later: they answer
// from memory what they failed to look up while nobody could (RFC 2308, section 7). An answer as expected always may.
func (e Eyes) Witness(r firmware.Result, rule Rule, set Settings) bool {
	if e.Back.Zero() || !r.Outcome.Bad() && !r.Outcome.Lesser() {
		return true
	}
	from := e.Back
	if !rule.Named && (r.Outcome == firmware.OutcomeDNSServFail || r.Outcome == firmware.OutcomeDNSTimeout) {
		from = from.Add(set.DNSAfter)
	}
	return !from.After(r.Start)
}
