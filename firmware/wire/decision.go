package wire

import (
	"time"

	"edgeprobe.io/firmware"
)

// The severities, in PagerDuty's words.
const (
	SeverityCritical = "critical" // a confirmed outage, until it is over
	SeverityWarning  = "warning"  // seen, but by too few or not by everybody; or confirmed, but only degraded
	SeverityInfo     = "info"
)

// maxRegions is how many regions are named when a payload must be cut.
const maxRegions = 6

// maxAliases is how many episodes of an incident a payload names; the events name them all.
const maxAliases = 12

// DecisionMessage is what a device makes of the votes on one service.
type DecisionMessage struct {
	Device       string                `json:"device"`
	Service      string                `json:"service"`
	Status       firmware.Status       `json:"status"`
	Impact       firmware.Impact       `json:"impact"`
	Severity     string                `json:"severity"`
	Summary      string                `json:"summary"` // one sentence for people
	Scope        ScopeMessage          `json:"scope"`
	Regions      []RegionMessage       `json:"regions"`
	Witnesses    firmware.Witnesses    `json:"witnesses"`
	View         string                `json:"view"` // "full": every device of the fleet was heard, or "partial"
	Voters       int                   `json:"voters"`
	Failing      int                   `json:"failing"`
	Digest       string                `json:"digest"` // of the votes it stands on
	Incident     string                `json:"incident,omitempty"`
	Aliases      []string              `json:"aliases,omitempty"` // the incident's other episodes, 12 at most
	StartedAt    *time.Time            `json:"started_at,omitempty"`
	ConfirmedAt  *time.Time            `json:"confirmed_at,omitempty"`
	UnobservedAt *time.Time            `json:"unobserved_at,omitempty"` // confirmed, but nobody can see it since
	TimeQuality  firmware.ClockQuality `json:"time_quality"`            // of the times above
	AckedBy      string                `json:"acked_by,omitempty"`
	MaskedForS   int64                 `json:"masked_for_s,omitempty"` // a copy can hide it for at least this long; absent: not known
	Truncated    bool                  `json:"truncated,omitempty"`    // lists or sentences were cut to fit
}

// ScopeMessage is whose edges fail, and who sees it.
type ScopeMessage struct {
	Targets   []string `json:"targets"`
	Observers []string `json:"observers"`
}

// RegionMessage is a decision's part for one target region.
type RegionMessage struct {
	Region string          `json:"region"`
	Status firmware.Status `json:"status"`
	Impact firmware.Impact `json:"impact"`
}

// EncodeDecision writes what device makes of a service.
func EncodeDecision(device string, d firmware.Decision, times Times) ([]byte, error) {
	m := decisionOf(device, d, times)
	return m.fit("decision", func() any { return m })
}

func decisionOf(device string, d firmware.Decision, times Times) DecisionMessage {
	w := walls{times: times}
	m := DecisionMessage{
		Device: device, Service: d.Service, Status: d.Status, Impact: d.Impact, Severity: Severity(d),
		Summary: short(d.Why, maxWhy), Scope: ScopeMessage{list(d.Scope.Targets), list(d.Scope.Observers)},
		Regions: make([]RegionMessage, 0, len(d.Regions)), Witnesses: d.Witnesses, View: "partial",
		Voters: d.Voters, Failing: d.Failing, Digest: d.Digest, Incident: d.Incident.String(),
		StartedAt: w.at(d.Started), ConfirmedAt: w.at(d.Confirmed), UnobservedAt: w.at(d.Unobserved),
		AckedBy: short(d.AckedBy, maxBy), MaskedForS: int64(d.MaskedFor / time.Second),
	}
	m.TimeQuality = w.quality()
	if d.FullView {
		m.View = "full"
	}
	for _, r := range d.Regions {
		m.Regions = append(m.Regions, RegionMessage(r))
	}
	for _, id := range d.Aliases[:min(len(d.Aliases), maxAliases)] {
		m.Aliases = append(m.Aliases, id.String())
	}
	return m
}

// fit writes whole, of which m is a part, cutting m step by step until it keeps under [MaxPayload].
func (m *DecisionMessage) fit(what string, whole func() any) ([]byte, error) {
	for _, cut := range []func(){
		func() { m.Aliases = nil },
		func() {
			m.Regions = m.Regions[:min(len(m.Regions), maxRegions)]
			m.Scope.Targets = m.Scope.Targets[:min(len(m.Scope.Targets), maxRegions)]
			m.Scope.Observers = m.Scope.Observers[:min(len(m.Scope.Observers), maxRegions)]
		},
		func() { m.Summary = "" },
	} {
		if payload, err := marshal(what, whole()); err == nil {
			return payload, nil
		}
		m.Truncated = true
		cut()
	}
	return marshal(what, whole())
}

// Severity is how loudly a decision asks to be heard. It stays while an incident recovers: it is not over.
func Severity(d firmware.Decision) string {
	switch {
	case d.Relapsing:
		return SeverityInfo // a suspicion until it is confirmed
	case d.Status == firmware.StatusConfirmed, d.Status == firmware.StatusRecovering:
		if d.Impact == firmware.ImpactDegraded {
			return SeverityWarning
		}
		return SeverityCritical
	case d.Status == firmware.StatusSingleSite, d.Status == firmware.StatusPartial:
		return SeverityWarning
	}
	return SeverityInfo
}

// list makes an empty list of none, so that readers need no case for null.
func list(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}
