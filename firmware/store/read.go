package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"edgeprobe.io/firmware/fold"
)

// ErrGap says that events are missing: the card failed for a while, or room was made.
var ErrGap = errors.New("events are missing in the journal")

// readRows is how many rows are in memory at a time while events are read.
const readRows = 16

// reader returns where to read; nil when nothing was ever stored.
func (s *Store) reader() (*sql.DB, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.file != nil:
		return s.file.Read(), nil
	case s.opened:
		return nil, fmt.Errorf("read journal: there is no file: %w", s.trouble)
	}
	return nil, nil
}

// read runs a query; without a file it has no rows.
func (s *Store) read(each func(*sql.Rows) error, query string, args ...any) error {
	db, err := s.reader()
	if db == nil {
		return err
	}
	return scan(db, each, query, args...)
}

// Events returns the committed events after the given one, in order. The first error ends them; it is an [ErrGap]
// where an event is missing, also right after the given one.
func (s *Store) Events(after uint64) iter.Seq2[fold.Event, error] {
	return func(yield func(fold.Event, error) bool) {
		for last := after; ; {
			events, end, err := s.eventsAfter(last)
			for _, e := range events {
				if e.Seq <= last {
					continue
				}
				if e.Seq != last+1 {
					yield(fold.Event{}, fmt.Errorf("%w: %d to %d", ErrGap, last+1, e.Seq-1))
					return
				}
				last = e.Seq
				if !yield(e, nil) {
					return
				}
			}
			if err != nil {
				yield(fold.Event{}, fmt.Errorf("read events after %d: %w", last, err))
			}
			if err != nil || end {
				return
			}
		}
	}
}

// eventsAfter returns the events of the next rows, and whether there are no more.
func (s *Store) eventsAfter(after uint64) (events []fold.Event, end bool, err error) {
	n := 0
	err = s.read(func(rows *sql.Rows) error {
		var r row
		if err := rows.Scan(&r.first, &r.last, &r.results, &r.folded, &r.events); err != nil {
			return err
		}
		part, err := r.unpack()
		if err != nil {
			return fmt.Errorf("row %d: %w", r.first, err)
		}
		n++
		events = append(events, part...)
		return nil
	}, "SELECT first, last, results, folded, events FROM journal"+fromRow(""), after+1, after, readRows)
	return events, n < readRows, err
}

// fromRow selects from the row that holds an event on: rows do not overlap, and are found by their first.
func fromRow(and string) string {
	return ` WHERE first >= (SELECT coalesce(max(first), 0) FROM journal WHERE first <= ?) AND last > ? ` + and + ` ORDER BY first LIMIT ?`
}

// Blocks returns at most limit rows with results, from the one that goes beyond event after.
func (s *Store) Blocks(after uint64, limit int) (blocks []Row, err error) {
	err = s.read(func(rows *sql.Rows) error {
		var r Row
		err := rows.Scan(&r.First, &r.Last, &r.Data)
		blocks = append(blocks, r)
		return err
	}, "SELECT first, last, results FROM journal"+fromRow("AND results IS NOT NULL"), after+1, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read blocks after %d: %w", after, err)
	}
	return blocks, nil
}

// Transitions returns at most limit committed transitions above after, in order.
func (s *Store) Transitions(after uint64, limit int) (found []fold.Transition, err error) {
	err = s.read(func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		text, err := unpack(body)
		if err != nil {
			return err
		}
		var t fold.Transition
		err = json.Unmarshal(text, &t)
		found = append(found, t)
		return err
	}, "SELECT body FROM transitions WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
	if err != nil {
		return nil, fmt.Errorf("read transitions after %d: %w", after, err)
	}
	return found, nil
}

// Checkpoint returns the newest state and the last event folded into it; nil when there is none.
func (s *Store) Checkpoint() (state []byte, seq uint64, err error) {
	newest, err := s.checkpoints("SELECT seq, state FROM checkpoints ORDER BY seq DESC LIMIT 1")
	if err != nil || len(newest) == 0 {
		return nil, 0, err
	}
	return newest[0].State, newest[0].Seq, nil
}

// Checkpoints returns all checkpoints, ascending.
func (s *Store) Checkpoints() ([]Checkpoint, error) {
	return s.checkpoints("SELECT seq, state FROM checkpoints ORDER BY seq")
}

func (s *Store) checkpoints(query string) (found []Checkpoint, err error) {
	err = s.read(func(rows *sql.Rows) error {
		var c Checkpoint
		var packed []byte
		if err := rows.Scan(&c.Seq, &packed); err != nil {
			return err
		}
		c.State, err = unpack(packed)
		found = append(found, c)
		return err
	}, query)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	return found, nil
}

// scan calls each for every row of a query.
func scan(db interface {
	Query(string, ...any) (*sql.Rows, error)
}, each func(*sql.Rows) error, query string, args ...any) error {
	rows, err := db.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
