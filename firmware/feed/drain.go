package feed

import (
	"errors"
	"fmt"
	"time"

	"edgeprobe.io/firmware/wire"
)

// fill publishes what may fly: letters before transitions before results, looking again before each.
func (l *link) fill() {
	for l.connected() && l.publishNext() {
	}
}

func (l *link) connected() bool {
	select {
	case <-l.c.lost:
		return false
	default:
		return true
	}
}

// publishNext publishes one message; false when none may fly now.
func (l *link) publishNext() bool {
	if !l.c.idle() || l.s.suspects.careful > 0 && l.flying() > 0 {
		return false
	}
	if l.s.outbox.waiting() {
		if !l.letters.room() {
			return false
		}
		if letter, ok := l.s.outbox.take(); ok {
			l.publish(&l.letters, flight{letter: letter})
			return true
		}
	}
	for i := range l.classes {
		q := &l.classes[i]
		l.fetch(q)
		if len(q.waiting) == 0 {
			continue
		}
		if !q.room() {
			return false // later classes wait for it
		}
		item := q.waiting[0]
		q.waiting = q.waiting[1:]
		l.publish(q, flight{item: item})
		return true
	}
	return false
}

// fetch asks the backlog for more when q has run out or the backlog has grown.
func (l *link) fetch(q *lane) {
	if n := l.s.commits.Load(); n != q.seen {
		q.seen, q.waiting, q.dry = n, nil, false
	}
	if len(q.waiting) > 0 || q.dry || q.window == 0 {
		return
	}
	most := 2*q.window + len(l.s.suspects.aside)
	items, err := l.s.deps.Backlog.Next(l.s.broker.Name, q.class, most)
	if err != nil {
		l.s.deps.Log.Error("feed cannot read its backlog; trying again", "class", q.class, "why", err, "in", l.s.timing.pause)
		q.dry, l.asked = true, time.Now().Add(l.s.timing.pause)
		return
	}
	q.skipped = false
	for _, i := range items {
		switch {
		case l.s.suspects.isAside(q.class, i):
		case q.overlaps(i):
			q.skipped = true
		default:
			q.waiting = append(q.waiting, i)
		}
	}
	q.dry = len(items) < most || len(q.waiting) == 0
}

func (l *link) publish(q *lane, f flight) {
	topic, payload, retained, qos := f.item.Topic, f.item.Payload, false, byte(1)
	if q.class == "" {
		topic, payload, retained = f.letter.topic, f.letter.payload, f.letter.retained
		if t, err := wire.Parse(topic); err == nil {
			qos = t.QoS()
		}
	}
	if payload == nil {
		payload = []byte{}
	}
	f.sent = time.Now()
	f.token = l.c.publish(topic, qos, retained, payload)
	q.flying = append(q.flying, f)
}

func (l *link) flying() int {
	return len(l.letters.flying) + len(l.classes[0].flying) + len(l.classes[1].flying)
}

// collect takes in the acknowledgements, oldest first, and fails when the connection has.
func (l *link) collect() error {
	if !l.connected() {
		return l.ended(errors.New("connection lost"))
	}
	if !l.asked.IsZero() && time.Now().After(l.asked) {
		l.asked = time.Time{}
		l.classes[0].dry, l.classes[1].dry = false, false
	}
	for _, q := range l.lanes() {
		if err := l.collectFrom(q); err != nil {
			return err
		}
	}
	return nil
}

func (l *link) lanes() []*lane { return []*lane{&l.letters, &l.classes[0], &l.classes[1]} }

func (l *link) collectFrom(q *lane) error {
	for len(q.flying) > 0 {
		select {
		case <-q.head():
		default:
			if waited := time.Since(q.flying[0].sent); waited > l.s.timing.ack {
				return fmt.Errorf("broker %s has acknowledged nothing for %v", l.s.broker.Name, waited.Round(time.Second))
			}
			return nil
		}
		if err := q.flying[0].token.Error(); err != nil {
			return l.ended(err)
		}
		l.landed(q, q.pop())
	}
	return nil
}

// landed takes note that the broker has f, and everything of its lane before it.
func (l *link) landed(q *lane, f flight) {
	l.s.suspects.cleared(f, q.class)
	if q.class == "" {
		l.s.outbox.landed(f.letter)
		return
	}
	for _, gone := range l.s.suspects.givenUp(q.class) {
		l.s.deps.Log.Error("feed gives up a message at which the broker hangs up every time",
			"class", q.class, "first", gone.First, "last", gone.Last, "bytes", len(gone.Payload))
		l.s.deps.Report(l.s.broker.Name, true, fmt.Sprintf("gave up %s %d to %d: the broker hangs up at it", q.class, gone.First, gone.Last))
		l.s.deps.Backlog.Done(l.s.broker.Name, q.class, gone.First, gone.Last)
	}
	l.s.deps.Backlog.Done(l.s.broker.Name, q.class, f.item.First, f.item.Last)
	if q.skipped || len(q.flying) == 0 { // what is due may depend on what is done
		q.dry, q.skipped = false, false
	}
}

// strike tells the suspects what was in flight when the broker hung up.
func (l *link) strike() {
	var flying []flight
	var classes []Class
	for _, q := range l.lanes() {
		for _, f := range q.flying {
			flying, classes = append(flying, f), append(classes, q.class)
		}
	}
	f, class, found := l.s.suspects.strike(flying, classes)
	switch {
	case !found:
	case class == "":
		l.s.deps.Log.Error("feed gives up a snapshot at which the broker hangs up every time", "topic", f.letter.topic, "bytes", len(f.letter.payload))
		l.s.outbox.forget(f.letter)
	default:
		l.s.deps.Log.Error("feed sets aside a message at which the broker hangs up", "class", class, "first", f.item.First, "last", f.item.Last)
		l.s.suspects.aside = append(l.s.suspects.aside, setAside{class, f.item})
	}
}

// patience is how long to wait at most before looking at the flights and the backlog again.
func (l *link) patience() time.Duration {
	wait := l.s.timing.ack
	for _, q := range l.lanes() {
		if len(q.flying) > 0 {
			wait = min(wait, time.Until(q.flying[0].sent.Add(l.s.timing.ack)))
		}
	}
	if !l.asked.IsZero() {
		wait = min(wait, time.Until(l.asked))
	}
	return max(wait, 0) + time.Millisecond
}
