package wire

import (
	"fmt"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// MaxVotes is how many votes a sheet may hold: target regions times uplinks.
const MaxVotes = 64

// sheetMessage is the signed part of a vote topic.
type sheetMessage struct {
	Device   string        `json:"device"`
	Epoch    uint64        `json:"epoch"`
	Sequence uint64        `json:"sequence"`
	Service  string        `json:"service"`
	Looked   uint64        `json:"looked,omitempty"`
	Votes    []voteMessage `json:"votes"`
}

// voteMessage is one vote of a sheet. Ages count from the signing.
type voteMessage struct {
	Region     string             `json:"region,omitempty"`
	Uplink     string             `json:"uplink"`
	State      firmware.VoteState `json:"state"`
	Impact     firmware.Impact    `json:"impact,omitempty"`
	Recovering bool               `json:"recovering,omitempty"`
	SinceAgeMS *int64             `json:"since_age_ms,omitempty"` // for people; absent: not known
	AgeMS      *int64             `json:"age_ms,omitempty"`       // of the newest evidence; absent: there is none
	ValidForMS int64              `json:"valid_for_ms"`
	Episode    string             `json:"episode,omitempty"`
	Why        string             `json:"why,omitempty"`
}

func sheetOf(t Topic, s fold.VoteSheet, why int) (sheetMessage, error) {
	m := sheetMessage{t.Device, s.Epoch, s.Sequence, s.Service, s.Looked, make([]voteMessage, 0, len(s.Votes))}
	if t.Kind != KindVote || t.Key != s.Service {
		return m, fmt.Errorf("a sheet of service %q does not belong there", s.Service)
	}
	for _, v := range s.Votes {
		m.Votes = append(m.Votes, voteOf(v, why))
	}
	return m, m.check()
}

func voteOf(v fold.SheetVote, why int) voteMessage {
	m := voteMessage{
		Region: v.Target.Region, Uplink: v.Uplink, State: v.State, Impact: v.Impact, Recovering: v.Recovering,
		AgeMS: ageOf(v.Age), ValidForMS: min(v.ValidFor, maxAge).Milliseconds(), Episode: v.Episode.String(),
	}
	if span := v.Evidence.Since(v.Since); v.Age >= 0 && !v.Evidence.Zero() && span != firmware.Forever {
		m.SinceAgeMS = ageOf(v.Age + span)
	}
	if why > 0 {
		m.Why = short(v.Why, why)
	}
	return m
}

// check holds what both sides promise of a sheet.
func (m sheetMessage) check() error {
	if err := checkOrder(m.Epoch, m.Sequence); err != nil {
		return err
	}
	if len(m.Votes) > MaxVotes || m.Looked > maxNumber {
		return fmt.Errorf("%d votes or %d looks are too many", len(m.Votes), m.Looked)
	}
	seen := map[[2]string]bool{}
	for _, v := range m.Votes {
		if seen[[2]string{v.Region, v.Uplink}] {
			return fmt.Errorf("region %q over uplink %q votes twice", v.Region, v.Uplink)
		}
		seen[[2]string{v.Region, v.Uplink}] = true
		if err := v.check(); err != nil {
			return err
		}
	}
	return nil
}

func (m voteMessage) check() error {
	if err := firmware.ValidName(m.Uplink); err != nil {
		return fmt.Errorf("uplink: %w", err)
	}
	if m.Region != "" && firmware.ValidName(m.Region) != nil {
		return fmt.Errorf("region %.80q is no name", m.Region)
	}
	switch m.State {
	case firmware.VoteNone, firmware.VotePending, firmware.VotePass, firmware.VoteFail:
	default:
		return fmt.Errorf("state %.20q is none of none, pending, pass, fail", m.State)
	}
	if len(m.Why) > maxWhy {
		return fmt.Errorf("a sentence of %d bytes is longer than %d", len(m.Why), maxWhy)
	}
	return nil
}

func decodeSheet(t Topic, raw []byte) (*fold.VoteSheet, error) {
	var m sheetMessage
	if err := read(raw, &m); err != nil {
		return nil, err
	}
	if m.Device != t.Device || m.Service != t.Key {
		return nil, fmt.Errorf("it states device %.80q and service %.80q", m.Device, m.Service)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	s := &fold.VoteSheet{Service: m.Service, Epoch: m.Epoch, Sequence: m.Sequence, Looked: m.Looked}
	for _, v := range m.Votes {
		vote, err := v.vote(t)
		if err != nil {
			return nil, err
		}
		s.Votes = append(s.Votes, vote)
	}
	return s, nil
}

// vote is m as the fold takes it: the sender's stamps stay with the sender.
func (m voteMessage) vote(t Topic) (fold.SheetVote, error) {
	v := fold.SheetVote{Vote: firmware.Vote{
		Target: firmware.Target{Service: t.Key, Region: m.Region}, Uplink: m.Uplink,
		State: m.State, Impact: m.Impact, Recovering: m.Recovering, Why: short(m.Why, maxWhy),
	}}
	var err error
	if v.Age, err = readAge(m.AgeMS); err != nil {
		return v, fmt.Errorf("age: %w", err)
	}
	if v.ValidFor, err = readSpan(m.ValidForMS); err != nil {
		return v, fmt.Errorf("validity: %w", err)
	}
	if m.Episode == "" {
		return v, nil
	}
	if v.Episode, err = ParseID(m.Episode); err == nil && v.Episode.Device != t.Device {
		err = fmt.Errorf("episode %s is another device's", m.Episode)
	}
	return v, err
}
