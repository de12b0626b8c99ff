package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/sqlite"
)

// batch is what one commit writes.
type batch struct {
	items   []item
	waiting []waiting
	riders  riders
	rows    []row
	saves   []Checkpoint // packed
	bodies  []body       // of waiting
}

// body is a transition, packed.
type body struct {
	seq, event uint64
	packed     []byte
}

func (b *batch) empty() bool { return len(b.items)+len(b.waiting) == 0 && b.riders.empty() }

// take returns all that is not on the card. It shares the queue's items, which never change.
func (s *Store) take() *batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &batch{items: slices.Clone(s.queue.items), waiting: slices.Clone(s.queue.waiting), riders: s.riders.take()}
}

// commit writes everything that is not on the card, and makes room for it where needed.
func (s *Store) commit() error {
	b := s.take()
	if b.empty() {
		return nil
	}
	db := s.db()
	if db == nil {
		return errors.New("write journal: there is no file")
	}
	if db.Gone() {
		return errors.New("write journal: its file was removed or replaced under us")
	}
	if err := b.pack(&s.packer); err != nil {
		return err
	}
	err := db.Write(func(tx *sql.Tx) error { return s.write(tx, b) })
	for sqlite.Full(err) {
		if made := s.makeRoom(db); made != nil {
			return made
		}
		err = db.Write(func(tx *sql.Tx) error { return s.write(tx, b) })
	}
	if err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	s.wrote(b)
	for _, err := range s.packer.lost {
		s.log.Error("event is lost to the journal", "err", err)
	}
	s.packer.lost = nil
	return nil
}

// pack makes rows of the events, a new one after each checkpoint, so that a replay from it begins with a row.
func (b *batch) pack(p *packer) error {
	var events []fold.Event
	flush := func() error {
		if len(events) == 0 {
			return nil
		}
		r, err := p.row(events)
		b.rows, events = append(b.rows, r), nil
		return err
	}
	for _, it := range b.items {
		if it.save == nil {
			events = append(events, it.event)
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		state, err := p.pack(it.save.State)
		if err != nil {
			return err
		}
		b.saves = append(b.saves, Checkpoint{it.save.Seq, state})
	}
	if err := flush(); err != nil {
		return err
	}
	for _, w := range b.waiting {
		text, err := json.Marshal(w.Transition)
		if err != nil {
			p.lost = append(p.lost, fmt.Errorf("pack transition %d: %w", w.Seq, err))
			continue
		}
		packed, err := p.pack(text)
		if err != nil {
			return err
		}
		b.bodies = append(b.bodies, body{w.Seq, w.event, packed})
	}
	return nil
}

// write is the transaction.
func (s *Store) write(tx *sql.Tx, b *batch) error {
	if err := s.keepRoom(tx); err != nil {
		return err
	}
	for _, r := range b.rows {
		if _, err := tx.Exec("INSERT INTO journal VALUES(?,?,?,?,?)", r.first, r.last, r.results, r.folded, r.events); err != nil {
			return err
		}
	}
	for _, t := range b.bodies {
		if _, err := tx.Exec("INSERT INTO transitions VALUES(?,?,?)", t.seq, t.event, t.packed); err != nil {
			return err
		}
	}
	for _, c := range b.saves {
		if _, err := tx.Exec("INSERT OR REPLACE INTO checkpoints VALUES(?,?)", c.Seq, c.State); err != nil {
			return err
		}
	}
	if len(b.saves) > 0 {
		if err := thinCheckpoints(tx); err != nil {
			return err
		}
	}
	return b.riders.write(tx)
}

// wrote takes b off the queue and tells who waits.
func (s *Store) wrote(b *batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.forget(b)
	s.riders.wrote(b.riders)
	s.stats.Commits++
	s.stats.Rows += uint64(len(b.rows))
	s.stats.Transitions += uint64(len(b.waiting))
	for _, r := range b.rows {
		s.stats.Results += uint64(r.count)
		s.last.event = max(s.last.event, r.last)
	}
	if n := len(b.waiting); n > 0 {
		s.last.transition = max(s.last.transition, b.waiting[n-1].Seq)
	}
	signal(s.committed)
}
