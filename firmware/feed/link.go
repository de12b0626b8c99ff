package feed

import (
	"context"
	"errors"
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"edgeprobe.io/firmware/wire"
)

// The windows: how many messages of a lane may be in flight.
const (
	letterWindow     = 32
	transitionWindow = 16
	resultWindow     = 8
)

// resultBytes bounds what results may have in flight, so that a transition never waits long behind them on a
// slow uplink: half a second at 1 Mbit/s.
const resultBytes = 64 << 10

// link is one connection that is up. Everything in it ends with the connection, so an acknowledgement can only
// ever count for what this connection published.
type link struct {
	s       *Session
	c       *client
	session uint64
	born    bool // the broker has acknowledged the birth
	letters lane
	classes [2]lane // in the order of their right of way
	asked   time.Time
}

func newLink(s *Session, c *client, session uint64) *link {
	return &link{
		s: s, c: c, session: session, letters: lane{window: letterWindow},
		classes: [2]lane{{class: Transitions, window: transitionWindow}, {class: Results, window: resultWindow, bytes: resultBytes}},
	}
}

// run publishes until the connection or ctx ends.
func (l *link) run(ctx context.Context) error {
	clean := false
	defer func() { l.c.leave(clean) }()
	if err := l.begin(); err != nil {
		return err
	}
	l.s.outbox.renew()
	l.s.deps.Log.Info("feed is connected", "uplink", l.c.conn.uplink, "session", l.session)
	l.s.deps.Report(l.s.broker.Name, true, "over uplink "+l.c.conn.uplink)
	if err := l.drain(ctx); err != nil {
		return err
	}
	clean = l.finish()
	return nil
}

// begin announces the device and subscribes. Nothing else is published before the broker has acknowledged both:
// a broker that acknowledges nothing gets nothing.
func (l *link) begin() error {
	birth, err := l.s.status(l.session, wire.StateOnline, false)
	if err != nil {
		return err
	}
	born := l.c.publish(wire.Status(l.s.deps.Device), 1, true, birth)
	filters := map[string]byte{}
	for _, f := range l.s.deps.Subscribe {
		filters[f] = 1
	}
	if len(filters) > 0 {
		token := l.c.SubscribeMultiple(filters, nil)
		if err := l.await(token, "the subscription"); err != nil {
			return err
		}
		l.denied(token)
	}
	if err := l.await(born, "the birth"); err != nil {
		return err
	}
	l.born = true
	return nil
}

// denied tells of filters that the broker refused: we publish, but do not hear those peers.
func (l *link) denied(token mqtt.Token) {
	sub, ok := token.(*mqtt.SubscribeToken)
	if !ok {
		return
	}
	for filter, code := range sub.Result() {
		if code > 2 {
			l.s.deps.Log.Warn("broker refuses a subscription; its access list must let this device read it", "filter", filter)
		}
	}
}

// await waits for one acknowledgement.
func (l *link) await(token mqtt.Token, what string) error {
	t := time.NewTimer(l.s.timing.ack)
	defer t.Stop()
	select {
	case <-token.Done():
		if err := token.Error(); err != nil {
			return l.ended(err)
		}
		return nil
	case <-l.c.lost:
		return l.ended(errors.New("connection lost"))
	case <-t.C:
		return fmt.Errorf("broker %s did not acknowledge %s within %v", l.s.broker.Name, what, l.s.timing.ack)
	}
}

// ended names the reason of a lost connection: what the connection itself saw says more than the library.
func (l *link) ended(err error) error {
	if why := l.c.conn.reason(); why != nil {
		err = why
	} else if !l.connected() {
		err = l.c.why
	}
	return fmt.Errorf("broker %s over uplink %s: %w", l.s.broker.Name, l.c.conn.uplink, err)
}

// drain publishes what is due and collects acknowledgements until ctx ends (nil) or the connection does.
func (l *link) drain(ctx context.Context) error {
	for {
		l.fill()
		t := time.NewTimer(l.patience())
		select {
		case <-ctx.Done():
		case <-l.c.lost:
		case <-l.letters.head():
		case <-l.classes[0].head():
		case <-l.classes[1].head():
		case <-l.c.conn.progress:
		case <-l.s.wake:
		case <-t.C:
		}
		t.Stop()
		if err := l.collect(); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// finish publishes the transitions that are left and the clean end, and reports whether the broker has it.
func (l *link) finish() bool {
	l.classes[1].window = 0
	end := time.NewTimer(l.s.timing.stop * 2 / 3)
	defer end.Stop()
	for l.fill(); l.flying() > 0 || !l.c.idle(); l.fill() { // an acknowledgement may overtake the end of its write
		select {
		case <-end.C:
			return l.farewell()
		case <-l.c.lost:
			return false
		case <-l.letters.head():
		case <-l.classes[0].head():
		case <-l.classes[1].head():
		case <-l.c.conn.progress:
		}
		if l.collect() != nil {
			return false
		}
	}
	return l.farewell()
}

func (l *link) farewell() bool {
	payload, err := l.s.status(l.session, wire.StateOffline, true)
	if err != nil || !l.c.idle() {
		return false
	}
	token := l.c.publish(wire.Status(l.s.deps.Device), 1, true, payload)
	return l.await(token, "the end") == nil && l.collect() == nil
}
