package agent

import (
	"context"
	"sync"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/feed"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/wire"
)

// feedDeps are what a session with broker b works with.
func (a *Agent) feedDeps(b feed.Broker) feed.Deps {
	now := a.Clock.Now()
	d := feed.Deps{
		Device: a.Fold.Device, Version: a.Version, Boot: now.Boot, Started: now, Times: times{a}, TLSTime: a.Clock.TLSTime,
		Backlog: backlog{a}, Session: func() uint64 { return a.session.Add(1) }, Heard: a.heard, Log: a.Log,
		Report: func(broker string, ok bool, why string) { a.tell(fold.Part{Name: "feed/" + broker, OK: ok, Why: why}) },
	}
	if peers := a.peers(); len(peers) > 0 {
		d.Subscribe = wire.Subscriptions(peers...)
	}
	for _, u := range a.Uplinks {
		d.Dialers = append(d.Dialers, feed.Dialer{
			Name: u.Name(), Dial: u.Dial, Resolve: u.Resolve, Life: u.Life,
			Ask: func(bytes int64) bool { return u.Ask(bytes, true) },
		})
	}
	return d
}

// peers are the other devices of the fleet.
func (a *Agent) peers() []string {
	var out []string
	for _, d := range a.Fold.Fleet {
		if d.ID != a.Fold.Device {
			out = append(out, d.ID)
		}
	}
	return out
}

// heard verifies a peer's message and hands it to the loop. What is not of the fleet, or not signed by the key
// that the fleet list states, is dropped and counted.
func (a *Agent) heard(topic string, payload []byte, retained bool) {
	t, err := wire.Parse(topic)
	if err != nil {
		a.dropped.Add(1)
		return
	}
	for _, d := range a.Fold.Fleet {
		if d.ID != t.Device || d.ID == a.Fold.Device {
			continue
		}
		h, err := wire.Open(topic, payload, d.Key)
		if err != nil {
			a.dropped.Add(1)
			a.Log.Debug("a peer's message is not believed", "topic", topic, "error", err)
			return
		}
		h.Retained = retained
		a.listen(h)
		return
	}
	a.dropped.Add(1)
}

// listen hands what a peer said to the loop, within the peer's allowance and apart from what our own parts say.
func (a *Agent) listen(h fold.Heard) {
	kind, ok, tell := a.allowed.take(h, a.Clock.Now())
	if tell {
		a.Log.Warn("a peer says more than a sound device does, the rest is dropped", "peer", h.Device, "what", kind)
	}
	if !ok {
		a.dropped.Add(1)
		return
	}
	select {
	case a.heards <- h:
	default:
		a.dropped.Add(1)
	}
}

// wakeFeeds tells the sessions of every commit.
func (a *Agent) wakeFeeds(ctx context.Context) error {
	kept := sync.OnceFunc(func() { close(a.kept) })
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.Store.Committed():
			kept()
			for _, f := range a.feeds {
				f.Wake()
			}
		}
	}
}

// keptWithin is how long a session waits for the first commit; a card that fails must not keep the feed silent.
const keptWithin = time.Second

// runFeed runs a session once this start is on the card: one that a power cut takes back would leave its session
// number to the next, whose birth an old will could then belie.
func (a *Agent) runFeed(f *feed.Session) func(context.Context) error {
	return func(ctx context.Context) error {
		late := time.NewTimer(keptWithin)
		defer late.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-a.kept:
		case <-late.C:
		}
		return f.Run(ctx)
	}
}

// bootClock is what is known of the wall clock in a boot.
func (a *Agent) bootClock(b firmware.BootID) firmware.ClockState {
	if a.Clock.Now().Boot == b {
		return a.Clock.State()
	}
	c, _ := a.Store.Clock(b)
	return c
}
