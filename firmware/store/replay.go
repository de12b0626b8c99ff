package store

import (
	"bytes"
	"encoding/json"
	"fmt"

	"edgeprobe.io/firmware/fold"
)

// Replayed says what a replay covered.
type Replayed struct {
	From        []uint64 `json:"from"`        // events folded from: 0 is the very start, the others are checkpoints
	Events      int      `json:"events"`      // folded from the earliest of them
	Transitions int      `json:"transitions"` // of these, each equal to the stored one
}

// Replay folds the journal again, from its start where that is kept and from every checkpoint, with more checkpoints
// of its own on the way, and compares each transition with the stored one. The error names the first that differs.
func (s *Store) Replay() (Replayed, error) {
	var done Replayed
	points, err := s.Checkpoints()
	if err != nil {
		return done, err
	}
	for _, err := range s.Events(0) { // is the start kept?
		if err == nil {
			points = append([]Checkpoint{{}}, points...)
		}
		break
	}
	for i, p := range points {
		events, transitions, err := s.replayFrom(p)
		if err != nil {
			return done, fmt.Errorf("replay from event %d: %w", p.Seq, err)
		}
		done.From = append(done.From, p.Seq)
		if i == 0 {
			done.Events, done.Transitions = events, transitions
		}
	}
	return done, nil
}

func (s *Store) replayFrom(p Checkpoint) (events, transitions int, err error) {
	var state fold.State
	if p.Seq != 0 {
		if state, err = fold.Unmarshal(p.State); err != nil {
			return 0, 0, fmt.Errorf("read its checkpoint: %w", err)
		}
	}
	kept := &page{s: s, after: state.Transitions}
	for e, err := range s.Events(p.Seq) {
		if err != nil {
			return events, transitions, err
		}
		var effects []fold.Effect
		state, effects = fold.Step(state, e)
		if events++; events%checkpointed == 0 {
			if state, err = throughBytes(state); err != nil {
				return events, transitions, fmt.Errorf("event %d: %w", e.Seq, err)
			}
		}
		for _, eff := range effects {
			t, is := eff.(fold.Transition)
			if !is {
				continue
			}
			if err := kept.equals(t); err != nil {
				return events, transitions, fmt.Errorf("event %d: %w", e.Seq, err)
			}
			transitions++
		}
	}
	return events, transitions, kept.ended()
}

// checkpointed is after how many events the state is written and read again: any event could have been the last
// before a checkpoint.
const checkpointed = 97

func throughBytes(s fold.State) (fold.State, error) {
	data, err := s.Marshal()
	if err != nil {
		return s, err
	}
	return fold.Unmarshal(data)
}

// page reads the stored transitions one after the other.
type page struct {
	s     *Store
	after uint64
	ahead []fold.Transition
}

const pageSize = 256

func (p *page) next() (t fold.Transition, ok bool, err error) {
	if len(p.ahead) == 0 {
		if p.ahead, err = p.s.Transitions(p.after, pageSize); err != nil || len(p.ahead) == 0 {
			return t, false, err
		}
	}
	t, p.ahead = p.ahead[0], p.ahead[1:]
	p.after = t.Seq
	return t, true, nil
}

// equals compares a replayed transition with the next stored one, in the form they are stored in.
func (p *page) equals(t fold.Transition) error {
	stored, ok, err := p.next()
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("transition %d (%s %s) was never stored", t.Seq, t.Kind, t.Subject)
	}
	want, err := json.Marshal(stored)
	if err != nil {
		return err
	}
	got, err := json.Marshal(t)
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("transition %d replays differently:\nstored   %s\nreplayed %s", t.Seq, want, got)
	}
	return err
}

// ended fails when more was stored than replayed.
func (p *page) ended() error {
	t, more, err := p.next()
	if err == nil && more {
		err = fmt.Errorf("transition %d (%s %s) was stored but does not replay", t.Seq, t.Kind, t.Subject)
	}
	return err
}
