package verdict

import "edgeprobe.io/firmware"

// Eyes is what is remembered of an uplink's sight. The zero value never lost it.
type Eyes struct {
	Lost bool           `json:"lost,omitempty"` // blind or down, and not sighted since
	Back firmware.Stamp `json:"back,omitzero"`  // when it was last sighted again; zero: never lost and found
	Dead Dead           `json:"dead,omitzero"`  // runs in a row that no resolver of the uplink helped to a name; zero: none
}

// Dead is what runs met that no resolver of their uplink helped to a name.
type Dead struct {
	Met
	N     int            `json:"n"`     // how many; saturates at deadRuns
	Until firmware.Stamp `json:"until"` // end of their evidence
}

// deadRuns in a row name the resolvers dead: one may have met a moment without any answers.
const deadRuns = 2

// See returns the eyes after a judgement at now: lost is blind or down, sighted that enough controls pass. Neither is
// not known, which gives nobody's sight back. A failure held against a target when Back changes is void.
func (e Eyes) See(lost, sighted bool, now firmware.Stamp) Eyes {
	switch {
	case lost:
		e.Lost = true
	case sighted && e.Lost:
		e.Lost, e.Back = false, now
	}
	return e
}

// Hear returns the eyes after one more run of the rule's check: whether a resolver of the uplink answered it.
func (e Eyes) Hear(r firmware.Result, rule Rule, set Settings) Eyes {
	switch {
	case r.Outcome == firmware.OutcomeDeadResolver:
		end := r.Start.Add(rule.ValidFor(r.Uplink, set))
		if e.Dead.Until.After(end) {
			end = e.Dead.Until
		}
		e.Dead = Dead{Met{r.Detail, r.Start}, min(e.Dead.N+1, deadRuns), end}
	case e.Dead.N > 0 && Resolved(r, rule) && r.Start.After(e.Dead.At):
		e.Dead = Dead{}
	}
	return e
}

// Resolved reports whether a run proves that a resolver of its uplink works, whatever that said.
func Resolved(r firmware.Result, rule Rule) bool {
	return !rule.Named && !r.Outcome.Void() && r.Phases.Resolve > 0
}

// Moved returns the eyes of an uplink that may lead elsewhere now, to other resolvers.
func (e Eyes) Moved() Eyes {
	e.Dead = Dead{}
	return e
}

// Unresolved says which resolvers of an uplink are known not to work at now; "" when none is, or nobody has asked for
// as long as evidence counts.
func (e Eyes) Unresolved(now firmware.Stamp) string {
	if e.Dead.N < deadRuns || now.After(e.Dead.Until) {
		return ""
	}
	return e.Dead.What
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
