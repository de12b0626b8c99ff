package agent

import (
	"context"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/statuspage"
	"edgeprobe.io/firmware/uplink"
)

// How often the clock, the uplinks and their resolvers are looked at, whatever is told of them in between.
const (
	clockEvery     = 10 * time.Second
	uplinkEvery    = time.Second
	resolversEvery = 10 * time.Second
)

// watchClock tells the loop and the store of every change of the wall clock.
func (a *Agent) watchClock(ctx context.Context) error {
	t := time.NewTicker(clockEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			if s, changed := a.Clock.Poll(); changed {
				a.Store.SetClock(a.Clock.Now().Boot, s)
				a.tell(fold.Clock{ClockState: s})
			}
		}
	}
}

// watchCanary tells the loop when this device is starved, and when that is over. Without loopback nobody knows.
func (a *Agent) watchCanary(ctx context.Context) error {
	tell := func(well bool, why string) { a.tell(fold.Part{Name: "cpu", OK: well, Why: why}) }
	if err := a.Canary.Run(ctx, tell); err != nil {
		tell(false, err.Error())
		<-ctx.Done()
	}
	return nil
}

// watchUplink tells the loop what the kernel says of an uplink.
func (a *Agent) watchUplink(u *uplink.Uplink) func(context.Context) error {
	return func(ctx context.Context) error {
		return u.Run(ctx, uplinkEvery, func(up bool, why string) {
			a.tell(fold.Link{Uplink: u.Name(), Up: up, Why: why})
		})
	}
}

// keepResolvers keeps what the system's daemons know of an uplink's resolvers, and says when they tell nothing.
func (a *Agent) keepResolvers(u *uplink.Uplink) func(context.Context) error {
	return func(ctx context.Context) error {
		return u.KeepResolvers(ctx, resolversEvery, func(err error) {
			if err != nil {
				a.Log.Warn("the resolvers of an uplink are those of the system's files", "uplink", u.Name(), "error", err)
				return
			}
			a.Log.Info("the resolvers of an uplink are asked for again", "uplink", u.Name())
		})
	}
}

// times derives wall times for the feed: of this boot from the clock, of earlier ones from the store.
type times struct{ a *Agent }

// Wall returns a stamp's wall time and how far to trust it; the zero time when nothing is known.
func (t times) Wall(s firmware.Stamp) (time.Time, firmware.ClockQuality) {
	if now := t.a.Clock.Now(); s.Boot == now.Boot {
		return t.a.Clock.Wall(s), t.a.Clock.State().Quality
	}
	c, known := t.a.Store.Clock(s.Boot)
	if !known {
		return time.Time{}, firmware.ClockUnknown
	}
	return time.Unix(0, 0).Add(c.Offset + s.Up).UTC(), c.Quality
}

// Wall returns a stamp's wall time for the status page.
func (a *Agent) Wall(s firmware.Stamp) time.Time {
	at, _ := times{a}.Wall(s)
	return at
}

// Now returns the present stamp for the status page.
func (a *Agent) Now() firmware.Stamp { return a.Clock.Now() }

// lamps tells the status page what the panel shows of a view at an instant.
func (a *Agent) lamps(v fold.View, now firmware.Stamp) []statuspage.Lamp {
	var out []statuspage.Lamp
	for _, l := range panel.Render(v, now, a.Panel).Lamps {
		out = append(out, statuspage.Lamp{Name: l.Key(), Shows: l.Pattern.String(), Says: l.Says()})
	}
	return out
}
