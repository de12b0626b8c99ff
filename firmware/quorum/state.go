package quorum

import (
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

// State is what is remembered of one service between decisions.
type State struct {
	Opened     firmware.Stamp     `json:"opened,omitzero"`     // the present suspicion: just before its first bad run
	Began      firmware.Stamp     `json:"began,omitzero"`      // since when there has been any
	Worried    []firmware.Vantage `json:"worried,omitempty"`   // whose votes were pending or failing at the newest decision
	Confirmed  firmware.Stamp     `json:"confirmed,omitzero"`  // the latch: set while an incident is open
	Impact     firmware.Impact    `json:"impact,omitempty"`    // of the incident, the worst so far
	Unobserved firmware.Stamp     `json:"unobserved,omitzero"` // no witness of the incident can look since
	Episodes   []firmware.ID      `json:"episodes,omitempty"`  // of the incident, sorted
	Ended      []firmware.ID      `json:"ended,omitempty"`     // of the newest incident that is over, sorted
	Saw        []Witness          `json:"saw,omitempty"`       // who saw it fail, sorted
	AckedBy    string             `json:"acked_by,omitempty"`
	MaskedFor  time.Duration      `json:"masked_for,omitempty"`
}

// Witness is a vantage that saw a region's target fail during the incident.
type Witness struct {
	Vantage firmware.Vantage `json:"vantage"`
	Region  string           `json:"region"` // of the target
	Sees    string           `json:"sees"`   // region of the observer
}

// maxWitnesses and maxEpisodes bound what an incident remembers.
const (
	maxWitnesses = 512
	maxEpisodes  = 256
)

// Latched reports whether an incident is open.
func (s State) Latched() bool { return !s.Confirmed.Zero() }

// Incident returns the incident's name: the smallest episode in it; zero when none is open.
func (s State) Incident() firmware.ID {
	if !s.Latched() || len(s.Episodes) == 0 {
		return firmware.ID{}
	}
	return s.Episodes[0]
}

// Knows reports whether id is the incident's name or an alias of it.
func (s State) Knows(id firmware.ID) bool { return s.Latched() && slices.Contains(s.Episodes, id) }

// Ack returns the state acknowledged by a person, unless no such incident is open. The zero id means whichever
// is open.
func (s State) Ack(id firmware.ID, by string) (State, bool) {
	if !s.Latched() || !id.Zero() && !s.Knows(id) {
		return s, false
	}
	s.AckedBy = by
	return s, true
}

// Reboot returns the state after a restart of the reader: an open incident and its acknowledgement stay, seen by
// nobody for now; a mere suspicion ends.
func (s State) Reboot(now firmware.Stamp) State {
	s.Opened, s.Began, s.Worried = firmware.Stamp{}, firmware.Stamp{}, nil
	if s.Latched() {
		s.Confirmed, s.Unobserved = now, now
	}
	return s
}

// witness adds the failing ballots to the incident. Growth of its scope voids the acknowledgement.
func (s State) witness(failing []Ballot) State {
	before := s.scope()
	for _, b := range failing {
		w := Witness{b.Vantage, b.region(), b.Place.Region}
		if len(s.Saw) < maxWitnesses && !slices.Contains(s.Saw, w) {
			s.Saw = append(slices.Clone(s.Saw), w)
		}
		id := b.Vote.Episode
		if i, found := slices.BinarySearchFunc(s.Episodes, id, byID); !found && !id.Zero() && len(s.Episodes) < maxEpisodes {
			s.Episodes = slices.Insert(slices.Clone(s.Episodes), i, id)
		}
		s.MaskedFor = max(s.MaskedFor, b.Vote.MaskedFor)
	}
	if after := s.scope(); len(after.Targets) > len(before.Targets) && len(before.Targets) > 0 {
		s.AckedBy = ""
	}
	return s
}

// scope returns which regions' targets failed, and which regions saw it.
func (s State) scope() firmware.Scope {
	var sc firmware.Scope
	add := func(to []string, name string) []string {
		if i, found := slices.BinarySearch(to, name); !found {
			to = slices.Insert(to, i, name)
		}
		return to
	}
	for _, w := range s.Saw {
		sc.Targets, sc.Observers = add(sc.Targets, w.Region), add(sc.Observers, w.Sees)
	}
	return sc
}

// continued reports whether a ballot goes on with an episode of the incident that is over.
func (s State) continued(b Ballot) bool {
	_, found := slices.BinarySearchFunc(s.Ended, b.Vote.Episode, byID)
	return found
}

func byID(a, b firmware.ID) int {
	switch {
	case a.Less(b):
		return -1
	case b.Less(a):
		return 1
	}
	return 0
}
