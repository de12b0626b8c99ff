package store

import (
	"errors"
	"fmt"
	"time"

	"edgeprobe.io/firmware/sqlite"
)

// retryAfter is how long a failing card is left alone.
const retryAfter = 5 * time.Second

// Trouble returns why nothing can be stored, nil while the card works.
func (s *Store) Trouble() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble
}

// OnTrouble has f called whenever Trouble changes between an error and nil, from Run's goroutine, and once at once
// when there is trouble already. f must not wait. Set it before Run.
func (s *Store) OnTrouble(f func(error)) {
	s.mu.Lock()
	s.onTrouble = f
	err := s.trouble
	s.mu.Unlock()
	if err != nil {
		f(err)
	}
}

// unkept wraps what keeps a journal from being opened, at the start and at each new attempt alike.
func unkept(err error) error { return fmt.Errorf("keep the journal: %w", err) }

// fail goes on in memory. The same trouble is logged once, not at each attempt.
func (s *Store) fail(err error) {
	s.retry = time.Now().Add(retryAfter)
	if old := s.Trouble(); old == nil || old.Error() != err.Error() {
		s.log.Error("journal cannot be written", "err", err)
	}
	s.tell(err)
}

// tryAgain tries the card again.
func (s *Store) tryAgain() {
	if err := s.mend(); err != nil {
		s.fail(err)
		return
	}
	s.log.Info("journal is written again", "lost_events", s.Stats().LostEvents)
	s.tell(nil)
}

// mend commits to the file at hand and, where that fails for another reason than room, to one opened anew.
func (s *Store) mend() error {
	if s.db() != nil {
		if err := s.commit(); err == nil || sqlite.Full(err) {
			return err
		}
		s.drop()
	}
	if err := s.openFile(); err != nil {
		return unkept(err)
	}
	return s.commit()
}

// drop closes a file that fails. Readers get an error until there is another.
func (s *Store) drop() {
	s.mu.Lock()
	file, lock := s.file, s.lock
	s.file, s.lock = nil, nil
	s.mu.Unlock()
	if err := errors.Join(file.Close(), lock.Close()); err != nil {
		s.log.Warn("journal does not close", "err", err)
	}
}

// tell makes err the trouble.
func (s *Store) tell(err error) {
	s.mu.Lock()
	changed := (s.trouble == nil) != (err == nil)
	s.trouble = err
	f := s.onTrouble
	s.mu.Unlock()
	if changed && f != nil {
		f(err)
	}
}
