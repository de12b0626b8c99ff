package saboteur

// Deed is a change to the tree that somebody must notice.
type Deed struct {
	What  string // for people
	Edits []Edit
	// Scenario is the lab's that must fail, below scripts/lab/scenarios; "": the demo's replay must.
	Scenario string
	Breaks   string // the invariant that must not hold there; "": any expectation or invariant
}

// Edit is one change to one file.
type Edit struct {
	File     string // from the top of the tree
	Old, New string // Old stands in File exactly once
}

// Deeds are the sabotages that the replay must notice: the rules in both directions, a key, the recheck, the fix.
func Deeds() []Deed {
	return []Deed{
		{
			What: "the quorum never has enough sites",
			Edits: []Edit{{File: "firmware/quorum/ballot.go",
				Old: "distinct(bs, site) >= s.Sites", New: "distinct(bs, site) > s.Sites"}},
		},
		{
			What: "the quorum is content with one site",
			Edits: []Edit{{File: "firmware/quorum/ballot.go",
				Old: "return distinct(bs, device) >= s.Devices && distinct(bs, site) >= s.Sites &&", New: "return len(bs) > 0 &&"}},
		},
		{
			What: "no row of bad runs is ever long enough",
			Edits: []Edit{{File: "firmware/verdict/track.go",
				Old: "return s.N >= set.BadRuns && s.Last.Since(s.First) >= set.BadSpan", New: "return s.N >= set.BadRuns && s.N > 1000"}},
		},
		{
			What: "a device signs with another key than the fleet knows",
			Edits: []Edit{{File: "firmware/wire/sign.go",
				Old: "ed25519.Sign(key, ", New: "ed25519.Sign(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), "}},
		},
		{
			What: "bad runs are not rechecked at once",
			Edits: []Edit{{File: "firmware/agent/carry.go",
				Old: "case fold.LevelBurst:\n\t\treturn schedule.Burst", New: "case fold.LevelBurst:\n\t\treturn schedule.Incident"}},
		},
		{
			What: "the account is never given back",
			Edits: []Edit{{File: "firmware/demo/replay.go",
				Old: "r.world.Account.Restore(map[string]time.Duration{\"eu\": outlast})", New: ""}},
		},
	}
}
