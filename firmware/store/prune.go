package store

import (
	"database/sql"
	"fmt"
	"slices"

	"edgeprobe.io/firmware/sqlite"
)

// How room is made.
const (
	pruneRows        = 32   // rows of the journal at a time
	pruneTransitions = 256  // transitions at a time
	keepTransitions  = 1000 // newest transitions that stay although acknowledged
	keepNewest       = 3    // checkpoints
	keepCheckpoints  = 16   // in all
	fullAbove        = 0.97 // part of the bound in use from which on each commit makes room
)

// keepRoom makes room within a commit when the file is nearly full.
func (s *Store) keepRoom(tx *sql.Tx) error {
	var pages, free, most int64
	for pragma, into := range map[string]*int64{"page_count": &pages, "freelist_count": &free, "max_page_count": &most} {
		if err := tx.QueryRow("PRAGMA " + pragma).Scan(into); err != nil {
			return err
		}
	}
	if float64(pages-free) < fullAbove*float64(most) {
		return nil
	}
	_, err := s.prune(tx)
	return err
}

// makeRoom makes room in a transaction of its own. It is an error when nothing may go.
func (s *Store) makeRoom(db *sqlite.DB) error {
	gone := int64(0)
	err := db.Write(func(tx *sql.Tx) (err error) {
		gone, err = s.prune(tx)
		return err
	})
	if err == nil && gone == 0 {
		err = fmt.Errorf("the bound of %d bytes holds no more", s.set.MaxBytes)
	}
	if err != nil {
		return fmt.Errorf("make room in journal: %w", err)
	}
	return nil
}

// prune removes the oldest rows of the journal, and what only they needed. The newest row stays. Only when it
// stands alone, transitions go: acknowledged ones before others.
func (s *Store) prune(tx *sql.Tx) (gone int64, err error) {
	gone, err = remove(tx, `DELETE FROM journal WHERE first IN (SELECT first FROM journal
		WHERE first < (SELECT max(first) FROM journal) ORDER BY first LIMIT ?)`, pruneRows)
	if err != nil {
		return 0, err
	}
	acked := s.acked(Transitions)
	if gone > 0 {
		_, err := remove(tx, `DELETE FROM transitions WHERE seq IN (SELECT seq FROM transitions
			WHERE seq <= ? AND seq <= (SELECT max(seq) FROM transitions) - ?
			AND event < (SELECT min(first) FROM journal) ORDER BY seq LIMIT ?)`, acked, keepTransitions, pruneTransitions)
		if err != nil {
			return 0, err
		}
		return gone, thinCheckpoints(tx)
	}
	const oldest = `DELETE FROM transitions WHERE seq IN (SELECT seq FROM transitions
		WHERE seq <= ? AND seq < (SELECT max(seq) FROM transitions) ORDER BY seq LIMIT ?)`
	if gone, err = remove(tx, oldest, acked, pruneTransitions); err != nil || gone > 0 {
		return gone, err
	}
	return remove(tx, oldest, int64(1)<<62, pruneTransitions)
}

// acked returns how far every broker has acknowledged class; 0 without brokers.
func (s *Store) acked(class Class) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	least, known := uint64(0), false
	for k, c := range s.riders.cursors {
		if k.class == class && (!known || c.Done < least) {
			least, known = c.Done, true
		}
	}
	return least
}

// thinCheckpoints removes checkpoints that no replay needs.
func thinCheckpoints(tx *sql.Tx) error {
	var seqs []uint64
	var oldest uint64
	if err := tx.QueryRow("SELECT coalesce(min(first), 0) FROM journal").Scan(&oldest); err != nil {
		return err
	}
	err := scan(tx, func(rows *sql.Rows) error {
		var seq uint64
		err := rows.Scan(&seq)
		seqs = append(seqs, seq)
		return err
	}, "SELECT seq FROM checkpoints ORDER BY seq")
	if err != nil {
		return err
	}
	for _, seq := range thin(seqs, oldest) {
		if _, err := tx.Exec("DELETE FROM checkpoints WHERE seq=?", seq); err != nil {
			return err
		}
	}
	return nil
}

// thin chooses which of the checkpoints at seqs, ascending, go: the newest three stay; of the others those that a
// replay can begin with, for the journal's oldest event is oldest, spread evenly. The first of them stays longest.
func thin(seqs []uint64, oldest uint64) (drop []uint64) {
	n := len(seqs) - keepNewest
	for n > 0 && seqs[0]+1 < oldest {
		drop, seqs, n = append(drop, seqs[0]), seqs[1:], n-1
	}
	seqs = slices.Clone(seqs)
	for len(seqs) > keepCheckpoints {
		at := 1
		for i := 2; i < len(seqs)-keepNewest; i++ {
			if seqs[i+1]-seqs[i-1] < seqs[at+1]-seqs[at-1] {
				at = i
			}
		}
		drop = append(drop, seqs[at])
		seqs = slices.Delete(seqs, at, at+1)
	}
	return drop
}

func remove(tx *sql.Tx, query string, args ...any) (int64, error) {
	done, err := tx.Exec(query, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}
