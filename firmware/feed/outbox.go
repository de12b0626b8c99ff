package feed

import (
	"slices"
	"sync"
)

// letter is a message that is not in the backlog: a snapshot or a heartbeat.
type letter struct {
	topic    string
	payload  []byte
	retained bool
	kept     bool   // a snapshot: published anew after each birth
	version  uint64 // of the topic's snapshot
}

// outbox holds the newest letter per topic.
type outbox struct {
	mu       sync.Mutex
	live     bool // a connection is up and has announced itself
	versions uint64
	kept     map[string]letter // snapshots by topic
	known    []string          // their topics, oldest first
	once     map[string]letter // now or never
	due      []key             // what is to be published, in order, each once
}

type key struct {
	topic string
	kept  bool
}

func newOutbox() *outbox {
	return &outbox{kept: map[string]letter{}, once: map[string]letter{}}
}

// put keeps l as its topic's newest letter.
func (o *outbox) put(l letter) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !l.kept {
		if o.live {
			o.once[l.topic] = l
			o.enqueue(key{l.topic, false})
		}
		return
	}
	if _, ok := o.kept[l.topic]; !ok {
		o.known = append(o.known, l.topic)
	}
	o.versions++
	l.version = o.versions
	o.kept[l.topic] = l
	if o.live {
		o.enqueue(key{l.topic, true})
	}
}

// enqueue makes k due, after all that was put before: a heartbeat must not overtake the sheet that it stands by
// because an older heartbeat was still waiting. The caller holds mu.
func (o *outbox) enqueue(k key) {
	o.due = slices.DeleteFunc(o.due, func(d key) bool { return d == k })
	o.due = append(o.due, k)
}

// renew makes every snapshot due, after a birth.
func (o *outbox) renew() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.live, o.due = true, nil
	for _, topic := range o.known {
		o.due = append(o.due, key{topic, true})
	}
}

// rest drops what is now or never, when a connection has ended.
func (o *outbox) rest() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.live, o.due = false, nil
	clear(o.once)
}

// waiting reports whether anything is due.
func (o *outbox) waiting() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.due) > 0
}

// take returns the next letter that is due.
func (o *outbox) take() (letter, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.due) > 0 {
		k := o.due[0]
		o.due = o.due[1:]
		from := o.once
		if k.kept {
			from = o.kept
		}
		l, ok := from[k.topic]
		if !k.kept {
			delete(o.once, k.topic)
		}
		if ok {
			return l, true
		}
	}
	return letter{}, false
}

// landed says that the broker has l: a cleared topic needs no more clearing.
func (o *outbox) landed(l letter) {
	if l.kept && len(l.payload) == 0 {
		o.forget(l)
	}
}

// forget drops l, unless a newer one has taken its place.
func (o *outbox) forget(l letter) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept[l.topic].version != l.version {
		return
	}
	delete(o.kept, l.topic)
	for i, topic := range o.known {
		if topic == l.topic {
			o.known = append(o.known[:i:i], o.known[i+1:]...)
			return
		}
	}
}
