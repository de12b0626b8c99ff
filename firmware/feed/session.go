package feed

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// Session is what a device has with one broker, over one connection after another.
type Session struct {
	set    Settings
	broker Broker
	deps   Deps
	timing timing
	outbox *outbox

	wake    chan struct{} // something may be published
	commits atomic.Uint64 // calls of Wake
	news    news

	// The following belong to Run.
	first    int  // dialer to begin with
	used     int  // dialer of the newest connection
	early    bool // news brought this try forward
	suspects suspects
}

// New makes a session with broker. Nothing happens before Run.
func New(set Settings, broker Broker, deps Deps) *Session {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	deps.Log = deps.Log.With("broker", broker.Name)
	t := patience()
	return &Session{
		set: set, broker: broker, deps: deps, timing: t, outbox: newOutbox(), wake: make(chan struct{}, 1),
		news: news{lasts: t.news, came: make(chan struct{}, 1)},
	}
}

// Snapshot keeps payload as the topic's newest and publishes it, now and after each birth. An empty payload
// clears the topic. It never blocks, and only the newest survives.
func (s *Session) Snapshot(topic string, payload []byte, retained bool) {
	s.outbox.put(letter{topic: topic, payload: payload, retained: retained, kept: true})
	s.nudge()
}

// Send publishes payload now or never: without a connection, or when a newer one overtakes it, it is dropped.
func (s *Session) Send(topic string, payload []byte) {
	s.outbox.put(letter{topic: topic, payload: payload})
	s.nudge()
}

// Wake says that the backlog has grown.
func (s *Session) Wake() {
	s.commits.Add(1)
	s.nudge()
}

// Urge says that something has happened which people and peers wait for: for ten minutes a broker that is not
// reached is tried at least every five seconds, over a metered uplink as far as its allowance bears it.
func (s *Session) Urge() { s.news.come() }

func (s *Session) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run connects again and again until ctx ends; then it publishes what it can within a second, says that the
// device is offline, and returns nil.
func (s *Session) Run(ctx context.Context) error {
	retry := backoff{first: s.timing.retry, most: s.timing.rest, soon: s.timing.soon}
	for {
		lived, err := s.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if _, fell := errors.AsType[fallen](err); fell || lived > s.timing.lived {
			retry.reset()
		}
		s.deps.Log.Warn("feed is not connected", "why", err, "lived", lived.Round(time.Millisecond))
		s.deps.Report(s.broker.Name, false, err.Error())
		early, ok := retry.wait(ctx, &s.news)
		if s.early = early; !ok {
			return nil
		}
	}
}

// once is one connection from dial to end.
func (s *Session) once(ctx context.Context) (lived time.Duration, err error) {
	number := s.deps.Session()
	c, err := s.connect(ctx, number)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	defer c.release()
	l := newLink(s, c, number)
	defer s.outbox.rest()
	err = l.run(ctx)
	if err != nil && l.born && c.conn.hungUp() {
		l.strike()
	}
	if s.first = 0; err != nil && (!l.born || !c.conn.hungUp()) { // where the broker fell silent, so may the way to it
		s.first = (s.used + 1) % len(s.deps.Dialers)
	}
	return time.Since(start), err
}
