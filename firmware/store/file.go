package store

import (
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"edgeprobe.io/firmware/sqlite"
)

// openFile takes the directory for this store alone and opens the file in it.
func (s *Store) openFile() error {
	if err := makeDir(s.set.Dir); err != nil {
		return err
	}
	lock, err := hold(s.set.Dir)
	if err != nil {
		return err
	}
	s.keepLock(lock)
	if err := s.openHeld(); err != nil {
		s.keepLock(nil)
		return errors.Join(err, lock.Close())
	}
	return nil
}

func (s *Store) keepLock(d *os.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lock = d
}

// openHeld opens the file and takes over what it holds. A file of another epoch than the one already given out is
// moved aside: its numbers are not ours.
func (s *Store) openHeld() error {
	db, err := s.openSQLite()
	if err != nil {
		return err
	}
	epoch, err := epochOf(db)
	if err == nil && epoch != 0 && s.epoch != 0 && epoch != s.epoch {
		s.reset("it belongs to another epoch")
		if db, err = s.replace(db); err != nil {
			return err
		}
		epoch = 0
	}
	if err == nil {
		err = s.adopt(db, epoch)
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	return nil
}

func (s *Store) openSQLite() (*sqlite.DB, error) {
	db, report, err := sqlite.Open(s.path(), schema(s.set))
	if err != nil {
		return nil, err
	}
	if report.Found == sqlite.Quarantined {
		s.reset(report.Why)
	}
	if report.Unchecked {
		s.log.Warn("journal is too large to be checked in time", "budget", checkTime)
	}
	return db, nil
}

// reset notes that a file was moved aside.
func (s *Store) reset(why string) {
	s.log.Error("journal is moved aside, a new one begins", "why", why)
	s.mu.Lock()
	s.stats.Reset = why
	s.mu.Unlock()
}

// replace moves db's file aside and opens a new one.
func (s *Store) replace(db *sqlite.DB) (*sqlite.DB, error) {
	if err := db.Close(); err != nil {
		return nil, err
	}
	if _, err := sqlite.Quarantine(s.path(), 2*s.set.MaxBytes); err != nil {
		return nil, err
	}
	return s.openSQLite()
}

// adopt makes db the store's file: a new one gets the epoch and the numbers already given, an old one tells its.
func (s *Store) adopt(db *sqlite.DB, epoch uint64) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.given
	if epoch == 0 {
		if epoch = s.epoch; epoch == 0 {
			epoch = newEpoch()
		}
		err = db.Write(func(tx *sql.Tx) error { return found(tx, epoch, s.given) })
	} else {
		var stored numbers
		last, stored, err = lastOf(db)
		s.queue.stored(stored)
	}
	if err != nil {
		return fmt.Errorf("begin journal: %w", err)
	}
	if s.opened {
		s.riders.allDirty()
	} else if err := s.riders.load(db.Read()); err != nil {
		return err
	}
	s.file, s.epoch, s.opened, s.last = db, epoch, true, last
	s.given = numbers{max(s.given.event, last.event), max(s.given.transition, last.transition)}
	return nil
}

// found writes what a new file begins with.
func found(tx *sql.Tx, epoch uint64, given numbers) error {
	_, err := tx.Exec("INSERT INTO meta VALUES('epoch', ?), ('floor_event', ?), ('floor_transition', ?)",
		epoch, given.event, given.transition)
	return err
}

// epochOf returns 0 for a file that has none yet.
func epochOf(db *sqlite.DB) (epoch uint64, err error) {
	err = db.Read().QueryRow("SELECT coalesce((SELECT value FROM meta WHERE key='epoch'), 0)").Scan(&epoch)
	if err != nil {
		return 0, fmt.Errorf("read epoch: %w", err)
	}
	return epoch, nil
}

// lastOf returns the highest numbers that the file knows to be given, and those that it holds.
func lastOf(db *sqlite.DB) (given, stored numbers, err error) {
	err = db.Read().QueryRow(`SELECT
		(SELECT value FROM meta WHERE key='floor_event'), (SELECT value FROM meta WHERE key='floor_transition'),
		coalesce((SELECT last FROM journal ORDER BY first DESC LIMIT 1), 0), coalesce((SELECT max(seq) FROM transitions), 0)`).
		Scan(&given.event, &given.transition, &stored.event, &stored.transition)
	if err != nil {
		return given, stored, fmt.Errorf("read last numbers: %w", err)
	}
	given = numbers{max(given.event, stored.event), max(given.transition, stored.transition)}
	return given, stored, nil
}

func newEpoch() uint64 {
	for {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		if epoch := binary.LittleEndian.Uint64(b[:]) >> 11; epoch != 0 {
			return epoch
		}
	}
}
