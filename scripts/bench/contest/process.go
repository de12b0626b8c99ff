package contest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/scripts/bench/yardstick"
)

// process is a prober at work.
type process struct {
	cmd  *exec.Cmd
	said bytes.Buffer // by nobody read while it runs
}

// launch starts a program, whose end is this one's too. It reads stdin to its end.
func launch(ctx context.Context, stdin io.Reader, name string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, name, args...)}
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 5 * time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = stdin, &p.said, &p.said
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return p, nil
}

// watch lets the process warm up, samples it for a while, and asks it whether it did its work. It returns with the
// process ended; one that ends earlier is an error, with what it said last. drive, unless nil, makes it work.
func (a *Arena) watch(ctx context.Context, c Contestant, dir string, t Timing) (s Sample, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	p, drive, err := c.start(ctx, a.Target, dir)
	if err != nil {
		return s, err
	}
	var g errgroup.Group
	g.Go(func() error {
		defer stop()
		return p.cmd.Wait()
	})
	if drive != nil {
		g.Go(func() error { return drive(ctx) })
	}
	s, err = a.sample(ctx, p.cmd.Process.Pid, t)
	if err == nil && c.judge != nil {
		err = c.judge(ctx, dir)
	}
	early := ctx.Err() != nil
	stop()
	ended := g.Wait()
	if early {
		return s, fmt.Errorf("%s ended by itself (%w): %s", c.Name, errors.Join(ended, context.Canceled), yardstick.LastLines(p.said.String(), 5))
	}
	return s, err
}

// sample takes the two readings of a window.
func (a *Arena) sample(ctx context.Context, pid int, t Timing) (s Sample, err error) {
	if err := a.settle(ctx, t.Warm); err != nil {
		return s, err
	}
	began := time.Now()
	before, err := a.read(pid)
	if err != nil {
		return s, err
	}
	if err := pause(ctx, t.Window); err != nil {
		return s, err
	}
	after, err := a.read(pid)
	if err != nil {
		return s, err
	}
	if s, err = between(before, after, time.Since(began)); err != nil {
		return s, err
	}
	peak, err := yardstick.HighWater(pid)
	s.Peak = float64(peak) / (1 << 20)
	return s, err
}

// How often the server is asked whether a contestant has begun, and how long that may take.
const (
	look     = 100 * time.Millisecond
	patience = time.Minute
)

// settle waits until every target has probably been asked twice, because the first time is a full handshake for all, and
// at least for a while.
func (a *Arena) settle(ctx context.Context, atLeast time.Duration) error {
	before, err := a.counts()
	if err != nil {
		return err
	}
	if err := pause(ctx, atLeast); err != nil {
		return err
	}
	for began := time.Now(); time.Since(began) < patience; {
		now, err := a.counts()
		if err != nil || now.Minus(before).Requests >= 2*yardstick.Checks {
			return err
		}
		if err := pause(ctx, look); err != nil {
			return err
		}
	}
	return fmt.Errorf("it has not asked %d times within %s", 2*yardstick.Checks, patience)
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, long time.Duration) error {
	t := time.NewTimer(long)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
