package firmware

import "time"

// Status is what the quorum makes of the votes on a service.
type Status string

// The statuses.
const (
	StatusUnknown    Status = "unknown"     // nobody can say
	StatusUp         Status = "up"          // none fails
	StatusSuspected  Status = "suspected"   // somebody saw something
	StatusPartial    Status = "partial"     // one vantage keeps failing while every other passes
	StatusSingleSite Status = "single_site" // one site alone sees it fail, and no other site can look there
	StatusConfirmed  Status = "confirmed"   // independent witnesses agree
	StatusRecovering Status = "recovering"  // was confirmed, good again, not yet for long enough
)

// Witnesses says whether the voters at hand could confirm an outage at all.
type Witnesses string

// The kinds of company.
const (
	WitnessesEnough Witnesses = "enough" // at least 2 devices at 2 sites over 2 networks
	WitnessesSingle Witnesses = "single" // some, but never enough to confirm
	WitnessesNone   Witnesses = "none"   // no voter at all
)

// Scope is which regions' targets fail, and which regions see it.
type Scope struct {
	Targets   []string `json:"targets,omitempty"`
	Observers []string `json:"observers,omitempty"`
}

// RegionDecision is a decision's part for one target region: what its service lamp shows.
type RegionDecision struct {
	Region string `json:"region"`
	Status Status `json:"status"`
	Impact Impact `json:"impact,omitempty"`
}

// Decision is what the quorum makes of the votes on one service.
type Decision struct {
	Service    string           `json:"service"`
	Status     Status           `json:"status"`
	Relapsing  bool             `json:"relapsing,omitempty"` // recovering, and its incident was over: somebody doubts that
	Impact     Impact           `json:"impact,omitempty"`
	Scope      Scope            `json:"scope"`
	Witnesses  Witnesses        `json:"witnesses"`
	Voters     int              `json:"voters"`               // votes counted
	Failing    int              `json:"failing"`              // of them failing
	FullView   bool             `json:"full_view"`            // every device of the fleet was heard
	Digest     string           `json:"digest"`               // of the votes it stands on
	Started    Stamp            `json:"started,omitzero"`     // suspicion opened
	Confirmed  Stamp            `json:"confirmed,omitzero"`   // quorum reached
	Unobserved Stamp            `json:"unobserved,omitzero"`  // confirmed, but nobody can see it since
	Incident   ID               `json:"incident,omitzero"`    // smallest episode in it
	Aliases    []ID             `json:"aliases,omitempty"`    // the other episodes
	AckedBy    string           `json:"acked_by,omitempty"`   // who acknowledged this incident
	MaskedFor  time.Duration    `json:"masked_for,omitempty"` // a copy can hide it for at least this long; 0: not known
	Regions    []RegionDecision `json:"regions"`              // sorted by region
	Why        string           `json:"why"`                  // one sentence for people
}
