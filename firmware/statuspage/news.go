package statuspage

import (
	"maps"
	"slices"
	"sync"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// keep is how many transitions are kept for readers.
const keep = 1000

// news is the newest view and the newest transitions. Readers come for what they haven't seen; nobody waits for
// a reader.
type news struct {
	mu    sync.Mutex
	view  fold.View
	have  bool
	kept  []fold.Transition // the newest, at most keep
	total uint64            // transitions ever put, the kept ones included
	since map[string]status // of each service, as its transitions tell; never changed, only replaced
	wake  chan struct{}     // closed by the next put
}

// status is what a service was decided to be, and since when without a change.
type status struct {
	is string
	at firmware.Stamp
}

func newNews() *news { return &news{wake: make(chan struct{})} }

// recall adds transitions that are no news.
func (n *news) recall(ts []fold.Transition) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.add(ts)
}

// put replaces the view and adds transitions.
func (n *news) put(v fold.View, ts []fold.Transition) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.view, n.have = v, true
	n.add(ts)
	close(n.wake)
	n.wake = make(chan struct{})
}

// add keeps transitions; the oldest go when there are too many. The caller holds the lock.
func (n *news) add(ts []fold.Transition) {
	n.kept = append(n.kept, ts...)
	n.learn(ts)
	if extra := len(n.kept) - keep; extra > 0 {
		n.kept = slices.Delete(n.kept, 0, extra)
	}
	n.total += uint64(len(ts))
}

// learn takes from transitions since when each service is what it is. The caller holds the lock.
func (n *news) learn(ts []fold.Transition) {
	since := maps.Clone(n.since)
	for _, t := range ts {
		if t.Kind == "decision" && since[t.Subject].is != t.To {
			if since == nil {
				since = map[string]status{}
			}
			since[t.Subject] = status{t.To, t.At}
		}
	}
	n.since = since
}

// statuses returns what learn knows; the map is the caller's to read only.
func (n *news) statuses() map[string]status {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.since
}

// current returns the newest view, and false before there was one.
func (n *news) current() (fold.View, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.view, n.have
}

// last returns at most count transitions, the newest last.
func (n *news) last(count int) []fold.Transition {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.kept[len(n.kept)-min(max(0, count), len(n.kept)):])
}

// batch is what a reader gets at once.
type batch struct {
	view  fold.View
	have  bool
	fresh []fold.Transition
	next  uint64          // where the reader goes on
	lost  bool            // some that the reader hasn't seen are no longer kept
	wake  <-chan struct{} // closed when there is more
}

// after returns everything after the reader's position.
func (n *news) after(position uint64) batch {
	n.mu.Lock()
	defer n.mu.Unlock()
	b := batch{view: n.view, have: n.have, next: n.total, wake: n.wake}
	unseen := n.total - min(position, n.total)
	b.lost = unseen > uint64(len(n.kept))
	b.fresh = slices.Clone(n.kept[len(n.kept)-int(min(unseen, uint64(len(n.kept)))):])
	return b
}

// position returns where a reader begins that wants only what comes.
func (n *news) position() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.total
}
