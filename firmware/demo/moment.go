package demo

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"edgeprobe.io/firmware/wire"
)

// Moment is one transition of a decision, as a consumer of the feed heard it.
type Moment struct {
	At      time.Time // when it arrived here: the device's own clock is not asked
	ID      string    // what consumers dedupe by
	Device  string
	Service string
	Status  string // that it changed to
	Impact  string
	Why     string
}

// momentOf reads an event; false means that it is not about a decision.
func momentOf(at time.Time, payload []byte) (Moment, bool, error) {
	e, err := wire.DecodeEvent(payload)
	if err != nil || e.Data.Kind != "decision" || e.Data.Decision == nil {
		return Moment{}, false, err
	}
	device := strings.TrimPrefix(e.Source, "/edgeprobe/")
	return Moment{at, e.ID, device, e.Subject, e.Data.To, fmt.Sprint(e.Data.Decision.Impact), e.Data.Summary}, true, nil
}

// Diary keeps every moment once, in the order of arrival. It is safe for concurrent use.
type Diary struct {
	tell func(Moment) // told of each new moment; must not block

	mu      sync.Mutex
	seen    map[string]bool
	moments []Moment
	changed chan struct{} // closed by the next moment
}

// NewDiary makes an empty diary; tell may be nil.
func NewDiary(tell func(Moment)) *Diary {
	if tell == nil {
		tell = func(Moment) {}
	}
	return &Diary{tell: tell, seen: map[string]bool{}, changed: make(chan struct{})}
}

// Add notes a moment, unless its id is there already: the feed delivers at least once.
func (d *Diary) Add(m Moment) {
	d.mu.Lock()
	fresh := !d.seen[m.ID]
	if fresh {
		d.seen[m.ID] = true
		d.moments = append(d.moments, m)
		close(d.changed)
		d.changed = make(chan struct{})
	}
	d.mu.Unlock()
	if fresh {
		d.tell(m)
	}
}

// All returns the moments so far.
func (d *Diary) All() []Moment {
	all, _ := d.look()
	return all
}

func (d *Diary) look() ([]Moment, <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.moments[:len(d.moments):len(d.moments)], d.changed
}

// Wait returns when ok holds for the moments so far, or false when ctx ends before.
func (d *Diary) Wait(ctx context.Context, ok func([]Moment) bool) bool {
	for {
		all, changed := d.look()
		if ok(all) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-changed:
		}
	}
}

// latest returns the newest status per device and service.
func latest(moments []Moment) map[[2]string]string {
	last := map[[2]string]string{}
	for _, m := range moments {
		last[[2]string{m.Device, m.Service}] = m.Status
	}
	return last
}
