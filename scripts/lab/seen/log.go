package seen

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Log collects observations from several sides. Its zero value is not usable: see [NewLog].
type Log struct {
	mu   sync.Mutex
	all  []Observation // in the order of time
	more chan struct{} // closed by the next Add
}

// NewLog makes an empty log.
func NewLog() *Log { return &Log{more: make(chan struct{})} }

// Add puts observations where their time belongs.
func (l *Log) Add(os ...Observation) {
	if len(os) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range os {
		i := len(l.all)
		for i > 0 && l.all[i-1].At > o.At { // most come last
			i--
		}
		l.all = slices.Insert(l.all, i, o)
	}
	close(l.more)
	l.more = make(chan struct{})
}

// Shift moves everything that was seen so far back in time by d.
func (l *Log) Shift(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.all {
		l.all[i].At -= d
	}
}

// All returns a copy of what was seen so far, in the order of time.
func (l *Log) All() []Observation {
	all, _ := l.Look()
	return all
}

// Look returns what [Log.All] does, and what is closed once there is more.
func (l *Log) Look() ([]Observation, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.all), l.more
}

// Wait returns true as soon as ok holds for what was seen so far, false when ctx ends before.
func (l *Log) Wait(ctx context.Context, ok func([]Observation) bool) bool {
	for {
		all, more := l.Look()
		if ok(all) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-more:
		}
	}
}
