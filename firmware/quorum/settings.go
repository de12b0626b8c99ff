package quorum

import "time"

// Settings are the numbers of the rule.
type Settings struct {
	Devices  int     `json:"devices"`  // distinct failing devices that confirm
	Sites    int     `json:"sites"`    // at so many distinct sites
	Networks int     `json:"networks"` // over so many distinct networks
	Share    float64 `json:"share"`    // and this part of the counted votes, 0 < share <= 1
	// PartialAfter is how long one vantage must fail alone before it is called partial.
	PartialAfter time.Duration `json:"partial_after"`
}

// Defaults returns the design's numbers: 2 devices, 2 sites, 2 networks, half of the votes, 5 minutes.
func Defaults() Settings {
	return Settings{Devices: 2, Sites: 2, Networks: 2, Share: 0.5, PartialAfter: 5 * time.Minute}
}
