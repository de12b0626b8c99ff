package store

import (
	"context"
	"fmt"
	"time"
)

// Run is the one writer. When ctx ends it commits everything, moves the log into the file, takes no more and
// returns; an error then says what could not be stored.
func (s *Store) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return s.finish()
		case <-s.wake:
		case <-timer.C:
		}
		timer.Reset(s.work(time.Now()))
	}
}

// work commits what is due and returns when to come again.
func (s *Store) work(now time.Time) time.Duration {
	if s.Trouble() != nil {
		if wait := s.retry.Sub(now); wait > 0 {
			return wait
		}
		s.tryAgain()
		return retryAfter
	}
	if wait := s.due(now); wait > 0 {
		return wait
	}
	if err := s.commit(); err != nil {
		s.fail(err)
		return retryAfter
	}
	return s.set.Commit
}

// due returns how long what is queued may still wait.
func (s *Store) due(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch items := s.queue.items; {
	case len(items) == 0:
		return max(s.set.Commit, time.Second)
	case s.queue.urgent >= items[0].n, len(items) >= largeQueue:
		return 0
	default:
		return items[0].since.Add(s.set.Commit).Sub(now)
	}
}

// finish stores all there is and closes the queue.
func (s *Store) finish() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	err := s.Trouble()
	if err != nil {
		err = s.mend()
	} else {
		err = s.commit()
	}
	if db := s.db(); err == nil && db != nil {
		err = db.Checkpoint()
	}
	if err != nil {
		stats := s.Stats()
		return fmt.Errorf("end store with %d events and %d transitions not written: %w", stats.Pending, stats.Waiting, err)
	}
	return nil
}
