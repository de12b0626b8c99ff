package wire

import (
	"fmt"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// MaxStands is how many services a heartbeat may stand by.
const MaxStands = 256

// maxEvery is the longest lease that a peer may ask for.
const maxEvery = time.Hour

// beatMessage is the signed part of a heartbeat.
type beatMessage struct {
	Device      string                `json:"device"`
	Epoch       uint64                `json:"epoch"`
	Sequence    uint64                `json:"sequence"`
	EveryMS     int64                 `json:"every_ms"`
	TimeQuality firmware.ClockQuality `json:"time_quality"`
	Stands      []standMessage        `json:"stands"`
}

// standMessage is one service; ages are in the order of the sheet's votes, null where there is no evidence.
type standMessage struct {
	Service  string   `json:"service"`
	Sequence uint64   `json:"sequence"`
	AgesMS   []*int64 `json:"ages_ms"`
}

func beatOf(t Topic, b fold.Beat) (beatMessage, error) {
	m := beatMessage{t.Device, b.Epoch, b.Sequence, b.Every.Milliseconds(), b.Clock, make([]standMessage, 0, len(b.Stands))}
	if t.Kind != KindHeartbeat {
		return m, fmt.Errorf("a heartbeat does not belong there")
	}
	for _, s := range b.Stands {
		stand := standMessage{s.Service, s.Sequence, make([]*int64, 0, len(s.Ages))}
		for _, age := range s.Ages {
			stand.AgesMS = append(stand.AgesMS, ageOf(age))
		}
		m.Stands = append(m.Stands, stand)
	}
	return m, m.check()
}

// check holds what both sides promise of a heartbeat.
func (m beatMessage) check() error {
	if err := checkOrder(m.Epoch, m.Sequence); err != nil {
		return err
	}
	if m.EveryMS <= 0 || m.EveryMS > maxEvery.Milliseconds() {
		return fmt.Errorf("a lease of %d ms is outside 1 ms to 1 h", m.EveryMS)
	}
	if len(m.Stands) > MaxStands || len(m.TimeQuality) > 20 {
		return fmt.Errorf("%d services or a clock quality of %d bytes are too many", len(m.Stands), len(m.TimeQuality))
	}
	seen := map[string]bool{}
	for _, s := range m.Stands {
		if err := firmware.ValidName(s.Service); err != nil {
			return fmt.Errorf("service: %w", err)
		}
		if seen[s.Service] {
			return fmt.Errorf("service %s stands twice", s.Service)
		}
		seen[s.Service] = true
		if len(s.AgesMS) > MaxVotes || s.Sequence > maxNumber {
			return fmt.Errorf("service %s: %d ages or sequence %d are too many", s.Service, len(s.AgesMS), s.Sequence)
		}
	}
	return nil
}

func decodeBeat(t Topic, raw []byte) (*fold.Beat, error) {
	var m beatMessage
	if err := read(raw, &m); err != nil {
		return nil, err
	}
	if m.Device != t.Device {
		return nil, fmt.Errorf("it states device %.80q", m.Device)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	b := &fold.Beat{Epoch: m.Epoch, Sequence: m.Sequence, Every: time.Duration(m.EveryMS) * time.Millisecond, Clock: m.TimeQuality}
	for _, s := range m.Stands {
		stand := fold.Stand{Service: s.Service, Sequence: s.Sequence}
		for _, ms := range s.AgesMS {
			age, err := readAge(ms)
			if err != nil {
				return nil, fmt.Errorf("service %s: age: %w", s.Service, err)
			}
			stand.Ages = append(stand.Ages, age)
		}
		b.Stands = append(b.Stands, stand)
	}
	return b, nil
}
