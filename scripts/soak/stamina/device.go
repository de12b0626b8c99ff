package stamina

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/agent"
	"edgeprobe.io/firmware/agent/supervise"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/scripts/rig"
)

// uplinks is how many the device has.
const uplinks = 2

// Work is what a device is to do.
type Work struct {
	Results uint64        `json:"results"` // until it has so many
	Rate    float64       `json:"rate"`    // results asked for per second
	Within  time.Duration `json:"within"`  // or until so much time has passed
	Look    time.Duration `json:"look"`    // between two samples
	Dir     string        `json:"dir"`     // of the store
	Targets []string      `json:"targets"` // servers, "ip:port"
	Leak    int           `json:"leak"`    // bytes that each run keeps for ever: to see that it is seen
}

// every is the time between two runs of a check.
func (w Work) every() time.Duration {
	return time.Duration(rig.Checks * uplinks / w.Rate * float64(time.Second))
}

// Compressed is how many times faster than by default everything goes.
func (w Work) Compressed() float64 { return float64(rig.Interval) / float64(w.every()) }

// Run is the device: one sample after the other as lines of JSON on out, the last when all is over, with what the
// journal has kept.
func (w Work) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	began := time.Now()
	counter := &counter{leak: w.Leak}
	dev, err := rig.Build(w.plan(counter), log)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	look := func(context.Context) error {
		s, err := take(w.Dir)
		if err != nil {
			return err
		}
		s.At, s.Results = time.Since(began), counter.ended.Load()
		return lines.Encode(s)
	}
	err = supervise.Run(ctx, []supervise.Task{{Name: "device", Run: dev.Run}, {Name: "samples", Run: w.watch(counter, look)}})
	lost := dev.Store.Stats().LostEvents
	if closed := dev.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	last, err := take(w.Dir)
	if err != nil {
		return err
	}
	last.At, last.Results = time.Since(began), counter.ended.Load()
	last.Kept, err = w.kept(lost, log)
	if err != nil {
		return err
	}
	return lines.Encode(last)
}

// watch takes samples until the work is done or its time is over.
func (w Work) watch(c *counter, look func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, stop := context.WithTimeout(ctx, w.Within)
		defer stop()
		t := time.NewTicker(w.Look)
		defer t.Stop()
		for c.ended.Load() < w.Results {
			select {
			case <-ctx.Done():
				return supervise.ErrDone
			case <-t.C:
			}
			if err := look(ctx); err != nil {
				return err
			}
		}
		return supervise.ErrDone
	}
}

func (w Work) plan(c *counter) rig.Plan {
	p := rig.Plan{
		Store: store.Defaults(), Probe: probe.Defaults(), Every: w.every(), Witness: c.witness,
		Checks: rig.Web(rig.Checks, func(i int) string { return fmt.Sprintf("http://%s/%d", w.Targets[i%len(w.Targets)], i) }),
	}
	p.Store.Dir, p.Store.Commit = w.Dir, time.Duration(float64(p.Store.Commit)/w.Compressed())
	for i := range byte(uplinks) {
		p.Uplinks = append(p.Uplinks, firmware.Uplink{Name: fmt.Sprintf("uplink-%d", i), Source: netip.AddrFrom4([4]byte{127, 0, 41, 1 + i})})
	}
	return p
}

// kept reads the journal from its first event to its last.
func (w Work) kept(lost uint64, log *slog.Logger) (k *Kept, err error) {
	k = &Kept{Lost: lost}
	if k.Peak, err = status("VmHWM:"); err != nil {
		return nil, err
	}
	set := store.Defaults()
	set.Dir = w.Dir
	db, err := store.Open(set, log)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	for e, err := range db.Events(0) {
		if err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		switch r, is := e.Body.(fold.Result); {
		case !is:
		case r.Outcome == firmware.OutcomeMissed:
			k.Missed++
		case r.Outcome == firmware.OutcomeLocalFault:
			k.Aborted++
		default:
			k.Results++
			if r.Outcome.OK() {
				k.Good++
			}
		}
	}
	return k, nil
}

// counter counts the runs that have ended.
type counter struct {
	ended atomic.Uint64
	leak  int
}

// counted is a prober whose runs are counted.
type counted struct {
	agent.Prober
	counter *counter
	leaked  [][]byte
}

func (c *counter) witness(_ firmware.Check, via probe.Via, make rig.Maker) (agent.Prober, error) {
	p, err := make(via)
	return &counted{Prober: p, counter: c}, err
}

// Do runs the prober.
func (c *counted) Do(ctx context.Context) firmware.Result {
	r := c.Prober.Do(ctx)
	c.counter.ended.Add(1)
	if c.counter.leak > 0 {
		c.leaked = append(c.leaked, make([]byte, c.counter.leak))
	}
	return r
}
