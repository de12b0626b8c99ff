package store

import (
	"time"

	"edgeprobe.io/firmware"
)

// sameOffset is a change of a clock's offset that is not worth a write.
const sameOffset = time.Millisecond

type cursorKey struct {
	broker string
	class  Class
}

// riders are small facts kept in memory that ride the next commit.
type riders struct {
	cursors map[cursorKey]Cursor
	clocks  map[firmware.BootID]firmware.ClockState
	moved   map[cursorKey]bool // cursors not yet written
	set     map[firmware.BootID]bool
}

func newRiders() riders {
	return riders{map[cursorKey]Cursor{}, map[firmware.BootID]firmware.ClockState{}, map[cursorKey]bool{}, map[firmware.BootID]bool{}}
}

// Cursor returns how far broker has acknowledged class; the zero Cursor when nothing is known.
func (s *Store) Cursor(broker string, class Class) Cursor {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.riders.cursors[cursorKey{broker, class}]
}

// SetCursor notes how far broker has acknowledged class. It is stored with the next commit; what a crash takes is
// sent again.
func (s *Store) SetCursor(broker string, class Class, c Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := cursorKey{broker, class}
	if s.riders.cursors[k] != c {
		s.riders.cursors[k], s.riders.moved[k] = c, true
	}
}

// Clock returns what is known of the wall clock in boot, and whether anything is.
func (s *Store) Clock(boot firmware.BootID) (firmware.ClockState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.riders.clocks[boot]
	return c, ok
}

// SetClock notes what is known of the wall clock in boot, unless something better is known. It is stored with the
// next commit.
func (s *Store) SetClock(boot firmware.BootID, c firmware.ClockState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, known := s.riders.clocks[boot]
	better := c.Quality.Rank() - old.Quality.Rank()
	if known && (better < 0 || better == 0 && (c.Offset-old.Offset).Abs() < sameOffset) {
		return
	}
	s.riders.clocks[boot], s.riders.set[boot] = c, true
}

// allDirty has everything written again, into a file that is new.
func (r *riders) allDirty() {
	for k := range r.cursors {
		r.moved[k] = true
	}
	for boot := range r.clocks {
		r.set[boot] = true
	}
}

// take returns what is not yet written.
func (r *riders) take() riders {
	out := newRiders()
	for k := range r.moved {
		out.cursors[k] = r.cursors[k]
	}
	for boot := range r.set {
		out.clocks[boot] = r.clocks[boot]
	}
	return out
}

func (r *riders) empty() bool { return len(r.cursors)+len(r.clocks) == 0 }

// wrote notes that out is on the card.
func (r *riders) wrote(out riders) {
	for k, c := range out.cursors {
		if r.cursors[k] == c {
			delete(r.moved, k)
		}
	}
	for boot, c := range out.clocks {
		if r.clocks[boot] == c {
			delete(r.set, boot)
		}
	}
}
