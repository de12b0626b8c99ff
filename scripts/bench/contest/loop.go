package contest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/scripts/bench/yardstick"
)

// work is what a bare loop is told to do.
type work struct {
	Target yardstick.Target
	Mode   yardstick.Mode
	Every  time.Duration // each of the targets; 0: one request after the other, without a pause
}

// Loop is the bare loop, as one writes it with net/http: a client for each target, which asks once in each interval. It
// goes on until ctx ends. What it is to do comes as a line of JSON on r.
func Loop(ctx context.Context, r io.Reader) error {
	var w work
	if err := json.NewDecoder(r).Decode(&w); err != nil {
		return fmt.Errorf("learn what to do: %w", err)
	}
	var direct net.Dialer
	var lanes []yardstick.Lane
	for range yardstick.Checks {
		l, err := yardstick.NetHTTP(w.Target, direct.DialContext, w.Mode)
		if err != nil {
			return err
		}
		lanes = append(lanes, l)
	}
	g, ctx := errgroup.WithContext(ctx)
	if w.Every == 0 {
		g.Go(func() error { return backToBack(ctx, lanes) })
	} else {
		for i, l := range lanes {
			g.Go(func() error { return paced(ctx, l, time.Duration(i)*w.Every/yardstick.Checks, w.Every) })
		}
	}
	if err := g.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func backToBack(ctx context.Context, lanes []yardstick.Lane) error {
	for i := 0; ctx.Err() == nil; i++ {
		if err := lanes[i%len(lanes)].Once(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// paced runs a lane once in each interval, from an offset on.
func paced(ctx context.Context, l yardstick.Lane, offset, every time.Duration) error {
	first := time.NewTimer(offset)
	defer first.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-first.C:
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		if err := l.Once(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}
