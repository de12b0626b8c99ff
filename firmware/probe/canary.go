package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"edgeprobe.io/firmware"
)

// How the canary sings: a timer that often, and with every so many of them a connection to itself.
const (
	songEvery    = 200 * time.Millisecond
	songConnects = 25
	songLate     = 250 * time.Millisecond // more than this late is starved
	songCalm     = 10 * time.Second       // without a lapse until all is well
	songKeeps    = 2 * time.Minute        // lapses are remembered: longer than any run takes
)

// Canary tells this device's own starvation from the network's: it wakes up by a timer and connects to itself over
// loopback, where no network is. When that is late, what time alone made of a run under way says nothing about its
// target. It is safe for concurrent use; the zero value is ready.
type Canary struct {
	mu     sync.Mutex
	last   time.Time // end of the newest song; zero: it does not sing
	lapses []lapse   // oldest first, at most songKeeps old
	voided uint64    // runs since the device was told to be starved
}

// lapse is a time in which this device was late.
type lapse struct{ from, to time.Time }

func (l lapse) overlaps(from, to time.Time) bool { return l.from.Before(to) && from.Before(l.to) }

// Run sings until ctx ends, and tells when the device begins to starve and when that is over; why is one clause. The
// error says that loopback cannot be listened on.
func (c *Canary) Run(ctx context.Context, tell func(well bool, why string)) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on loopback for the canary: %w", err)
	}
	defer l.Close()
	starved := false
	for n := 0; ; n++ {
		due := c.awaken()
		if pause(ctx, time.Until(due)) != nil {
			return nil
		}
		var err error
		if n%songConnects == 0 {
			err = connect(ctx, l.(*net.TCPListener))
		}
		late, calm := c.sing(due, time.Now(), err != nil)
		switch {
		case late > 0 && !starved && ctx.Err() == nil:
			starved = true
			tell(false, lateness(late, err))
		case starved && calm:
			starved = false
			tell(true, fmt.Sprintf("%d runs did not count", c.counted()))
		}
	}
}

func lateness(late time.Duration, err error) string {
	if err != nil {
		return "this device is starved: " + err.Error()
	}
	return fmt.Sprintf("this device is starved: it woke up %v late", late.Round(time.Millisecond))
}

// awaken returns when the next song is due.
func (c *Canary) awaken() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last.IsZero() {
		c.last = time.Now()
	}
	return c.last.Add(songEvery)
}

// sing notes a song that was due and ended at now. Late is 0 when it was in time; calm says that there was no lapse
// for a while.
func (c *Canary) sing(due, now time.Time, failed bool) (late time.Duration, calm bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = now
	if late = now.Sub(due); late > songLate || failed {
		c.lapses = append(c.lapses, lapse{due, now})
	} else {
		late = 0
	}
	for len(c.lapses) > 0 && now.Sub(c.lapses[0].to) > songKeeps {
		c.lapses = c.lapses[1:]
	}
	return late, len(c.lapses) == 0 || now.Sub(c.lapses[len(c.lapses)-1].to) > songCalm
}

// starved reports whether this device was late at any time of a run, or is now and the song itself has yet to end.
func (c *Canary) starved(from, to time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	due := c.last.Add(songEvery)
	if !c.last.IsZero() && to.Sub(due) > songLate && (lapse{due, to}).overlaps(from, to) {
		c.voided++
		return true
	}
	for _, l := range c.lapses {
		if l.overlaps(from, to) {
			c.voided++
			return true
		}
	}
	return false
}

// counted returns how many runs were void, and begins anew.
func (c *Canary) counted() (n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, c.voided = c.voided, 0
	return n
}

// connect makes a connection to ourselves and takes it back without waiting for its port.
func connect(ctx context.Context, l *net.TCPListener) error {
	d := net.Dialer{Timeout: time.Second, KeepAlive: -1}
	out, err := d.DialContext(ctx, "tcp", l.Addr().String())
	if err != nil {
		return fmt.Errorf("connect to ourselves: %w", err)
	}
	defer out.Close()
	if err := errors.Join(out.(*net.TCPConn).SetLinger(0), l.SetDeadline(time.Now().Add(time.Second))); err != nil {
		return fmt.Errorf("bound a connection to ourselves: %w", err)
	}
	in, err := l.Accept()
	if err != nil {
		return fmt.Errorf("accept our own connection: %w", err)
	}
	return in.Close()
}

// ofTime reports whether an outcome can be made by time alone. What a server said stands, however late it was read.
func ofTime(o firmware.Outcome) bool {
	return timedOut(o) || o == firmware.OutcomeSlow || o == firmware.OutcomeReset || o == firmware.OutcomeDeadResolver
}
