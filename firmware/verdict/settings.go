package verdict

import (
	"time"

	"edgeprobe.io/firmware"
)

// Settings are the numbers of the rule.
type Settings struct {
	BadRuns  int           `json:"bad_runs"`  // bad runs in a row that make a failure; at least 1
	BadSpan  time.Duration `json:"bad_span"`  // least time between the first and the last of them
	GoodRuns int           `json:"good_runs"` // good runs in a row that end a failure
	// ValidFactor times the interval is how long evidence counts; at least 1.
	ValidFactor float64 `json:"valid_factor"`
	// ControlShare is the part of an uplink's positive controls that must pass, 0 < share <= 1; never fewer than 2.
	ControlShare float64 `json:"control_share"`
	// FlapHard is the weighted share of changes in the last 21 rounds from which on a vantage that fails is held to be
	// failing, FlapSoft the one at which that ends; 0 <= FlapSoft < FlapHard <= 1. A FlapHard of 0 holds nothing.
	FlapHard float64 `json:"flap_hard,omitempty"`
	FlapSoft float64 `json:"flap_soft,omitempty"`
	// DNSAfter is how long after its sight returned the resolvers of an uplink say nothing by dns_servfail and
	// dns_timeout. An uplink that is lost more often is no witness of names.
	DNSAfter time.Duration `json:"dns_after"`
}

// Defaults returns the design's numbers: 3 bad runs over 300 ms, 3 good runs, evidence valid for 2.5 intervals,
// two thirds of the controls, flapping from four changes in 21 rounds on until there is one, and 10 s for resolvers to forget: unbound keeps a SERVFAIL for 5.
func Defaults() Settings {
	return Settings{
		BadRuns: 3, BadSpan: 300 * time.Millisecond, GoodRuns: 3, ValidFactor: 2.5, ControlShare: 2.0 / 3,
		FlapHard: 0.2, FlapSoft: 0.06, DNSAfter: 10 * time.Second,
	}
}

// Rule is what verdict must know of a check.
type Rule struct {
	Ref      firmware.CheckRef        `json:"ref"`
	Role     firmware.Role            `json:"role"`
	Region   string                   `json:"region,omitempty"`
	Critical bool                     `json:"critical,omitempty"`
	Negative bool                     `json:"negative,omitempty"`
	Marker   bool                     `json:"marker,omitempty"`   // the config declares that its marker changes
	Named    bool                     `json:"named,omitempty"`    // it asks a name server of its own choice, not the uplink's
	Interval map[string]time.Duration `json:"interval,omitempty"` // actual interval per uplink; absent: not run there
	Timeout  time.Duration            `json:"timeout"`
}
