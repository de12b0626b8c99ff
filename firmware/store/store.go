package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"edgeprobe.io/firmware/sqlite"
)

// numbers are a sequence number of events and one of transitions.
type numbers struct{ event, transition uint64 }

// Store is the memory of a device. Make it with [Open]; all methods may be called at any time from anywhere.
type Store struct {
	set       Settings
	log       *slog.Logger
	wake      chan struct{} // there is work for Run
	committed chan struct{}
	packer    packer    // Run's own
	retry     time.Time // Run's own: when to try the card again

	mu        sync.Mutex // guards all that follows
	file      *sqlite.DB // nil: none can be had
	lock      *os.File   // of the directory, as long as there is a file
	opened    bool       // there has been a file
	closed    bool
	epoch     uint64
	given     numbers // highest offered
	last      numbers // highest committed
	queue     queue
	riders    riders
	trouble   error
	onTrouble func(error)
	stats     Stats
}

// Open opens the journal in set.Dir, or makes it. Where the card fails it goes on in memory, with an epoch of its
// own, and [Store.Trouble] says why; a file that turns up later but is of another epoch is moved aside. The error
// is for a directory that can never be, having no name or a file in its way, and for one that another store is
// writing, in this process or in any other.
func Open(set Settings, log *slog.Logger) (*Store, error) {
	if set.Dir == "" {
		return nil, errors.New("open store: no directory is given: set store.dir")
	}
	s := &Store{
		set: set, log: log,
		wake:      make(chan struct{}, 1),
		committed: make(chan struct{}, 1),
		riders:    newRiders(),
	}
	err := makeDir(set.Dir)
	if impossible(err) {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err == nil {
		err = s.openFile()
	}
	if errors.Is(err, errInUse) {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err != nil {
		s.trouble = unkept(err)
		s.retry = time.Now().Add(retryAfter)
		s.epoch = newEpoch()
		log.Error("journal is in memory only", "err", s.trouble)
	}
	return s, nil
}

// Close closes the file. What Run has not committed is lost; end Run first.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.file == nil {
		return nil
	}
	file, lock := s.file, s.lock
	s.file, s.lock = nil, nil
	return errors.Join(file.Close(), lock.Close())
}

// Epoch names the database: random, not 0, below 2^53 so that it survives as a JSON number.
func (s *Store) Epoch() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.epoch
}

// Last returns the highest committed numbers, to go on from.
func (s *Store) Last() (event, transition uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last.event, s.last.transition
}

// Committed is signalled after each commit; signals that nobody takes are one.
func (s *Store) Committed() <-chan struct{} { return s.committed }

// Stats returns the figures of now.
func (s *Store) Stats() Stats {
	s.mu.Lock()
	stats, file := s.stats, s.file
	stats.Pending, stats.Waiting = len(s.queue.items), len(s.queue.waiting)
	s.mu.Unlock()
	if file != nil {
		stats.Bytes = file.Bytes()
		_ = file.Read().QueryRow("SELECT coalesce(min(first), 0) FROM journal").Scan(&stats.Oldest) // 0 when the card fails
	}
	return stats
}

// db returns the file, nil where there is none.
func (s *Store) db() *sqlite.DB {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.file
}

func (s *Store) path() string { return filepath.Join(s.set.Dir, FileName) }

// signal puts one token into c unless there is one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
