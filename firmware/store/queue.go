package store

import (
	"slices"
	"time"

	"edgeprobe.io/firmware/fold"
)

// The bounds of memory.
const (
	maxQueue   = 4096   // events and checkpoints
	maxWaiting = 10_000 // transitions
	largeQueue = 1024   // commit although nothing is due
	lateAfter  = time.Second
)

// item is an event or a checkpoint on its way to the card.
type item struct {
	n     uint64 // ascending over all items
	since time.Time
	event fold.Event  // unless save is set
	save  *Checkpoint //
}

// waiting is a transition on its way to the card.
type waiting struct {
	since time.Time
	event uint64
	fold.Transition
}

// queue holds what was offered and is not committed, in order.
type queue struct {
	items   []item
	waiting []waiting
	n       uint64 // of the newest item
	urgent  uint64 // n of the newest urgent item; above the first item's: commit at once
}

func (q *queue) push(it item) {
	q.n++
	it.n = q.n
	q.items = append(q.items, it)
}

// forget removes what b committed.
func (q *queue) forget(b *batch) {
	for len(q.items) > 0 && len(b.items) > 0 && q.items[0].n <= b.items[len(b.items)-1].n {
		q.items = q.items[1:]
	}
	for len(q.waiting) > 0 && len(b.waiting) > 0 && q.waiting[0].Seq <= b.waiting[len(b.waiting)-1].Seq {
		q.waiting = q.waiting[1:]
	}
}

// stored removes what a file turns out to hold already: a commit that seemed to fail was done.
func (q *queue) stored(last numbers) {
	q.items = slices.DeleteFunc(q.items, func(it item) bool { return it.save == nil && it.event.Seq <= last.event })
	q.waiting = slices.DeleteFunc(q.waiting, func(w waiting) bool { return w.Seq <= last.transition })
}

// Offer queues e. It never blocks. False: not taken, because the queue is full, the store is closed, or e's
// numbers do not ascend.
func (s *Store) Offer(e Entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	given, ok := s.given.after(&e)
	if s.closed || !ok || !s.room() {
		return false
	}
	s.given = given
	now := time.Now()
	s.queue.push(item{since: now, event: e.Event})
	for _, t := range e.Transitions {
		s.queue.waiting = append(s.queue.waiting, waiting{now, e.Event.Seq, t})
	}
	if over := len(s.queue.waiting) - maxWaiting; over > 0 {
		s.queue.waiting = s.queue.waiting[over:]
		s.stats.LostTransitions += uint64(over)
	}
	if e.urgent() {
		s.queue.urgent = s.queue.n
	}
	if n := len(s.queue.items); e.urgent() || n == 1 || n == largeQueue {
		signal(s.wake)
	}
	return true
}

// Save queues a checkpoint: the fold's state after event seq, which was offered before. The state must not change
// any more. It is committed with what comes next. False as with Offer.
func (s *Store) Save(seq uint64, state []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || seq > s.given.event || !s.room() {
		return false
	}
	s.queue.push(item{since: time.Now(), save: &Checkpoint{seq, state}})
	signal(s.wake)
	return true
}

// room reports whether one more item may be queued. While the card fails, the oldest makes room.
func (s *Store) room() bool {
	if len(s.queue.items) < maxQueue {
		return true
	}
	if s.trouble == nil {
		return false
	}
	s.queue.items = s.queue.items[1:]
	s.stats.LostEvents++
	return true
}

// after returns the highest numbers once e is taken, and whether e's numbers are above n.
func (n numbers) after(e *Entry) (numbers, bool) {
	ok := e.Event.Seq > n.event
	n.event = e.Event.Seq
	for _, t := range e.Transitions {
		ok = ok && t.Seq > n.transition
		n.transition = t.Seq
	}
	return n, ok
}

// Pending returns the transitions above after that have waited for the card for more than a second. The feed sends
// them marked as not durable.
func (s *Store) Pending(after uint64) (late []fold.Transition) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for _, w := range s.queue.waiting {
		if w.Seq > after && now.Sub(w.since) > lateAfter {
			late = append(late, w.Transition)
		}
	}
	return late
}
