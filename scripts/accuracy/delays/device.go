package delays

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/scripts/bench/yardstick"
	"edgeprobe.io/scripts/rig"
)

// timeout is far beyond all delays of a run together.
const timeout = time.Minute

// device measures loads against one far end.
type device struct {
	ca    string
	lines *json.Decoder // of truths
	log   *slog.Logger

	mu     sync.Mutex
	truths []truth
}

// listen collects what the far end says; it ends with it, which must not be before ctx does.
func (d *device) listen(ctx context.Context) error {
	for {
		var t truth
		if err := d.lines.Decode(&t); ctx.Err() != nil {
			return nil
		} else if err != nil {
			return fmt.Errorf("hear what was injected: %w", err)
		}
		d.mu.Lock()
		d.truths = append(d.truths, t)
		d.mu.Unlock()
	}
}

// ending is how long before the end of a load runs no longer count: what was injected into them may not be known yet.
const ending = 500 * time.Millisecond

// measure runs a device for so long, and puts together what it measured.
func (d *device) measure(ctx context.Context, l Load, long time.Duration) (Load, error) {
	dir, err := os.MkdirTemp("", "edgeprobe-accuracy-")
	if err != nil {
		return l, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var w witness
	plan, err := d.plan(l, &w, dir)
	if err != nil {
		return l, err
	}
	dev, err := rig.Build(plan, d.log)
	if err != nil {
		return l, err
	}
	last := mono() + long - ending
	running, stop := context.WithTimeout(ctx, long)
	defer stop()
	if err := errors.Join(dev.Run(running), dev.Close(), ctx.Err()); err != nil {
		return l, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	l.join(slices.DeleteFunc(w.runs, func(r run) bool { return r.end > last }), d.truths)
	return l, nil
}

func (d *device) plan(l Load, w *witness, dir string) (p rig.Plan, err error) {
	p = rig.Plan{Store: store.Defaults(), Probe: probe.Defaults(), Every: l.Every, Witness: w.make}
	p.Store.Dir = dir
	p.Probe.Roots = x509.NewCertPool()
	if !p.Probe.Roots.AppendCertsFromPEM([]byte(d.ca)) {
		return p, errors.New("the far end's authority is no PEM certificate")
	}
	p.Checks = rig.Web(l.Checks, func(i int) string { return fmt.Sprintf("https://%s/%d", yardstick.Host, i) })
	for i := range p.Checks {
		p.Checks[i].Timeout = timeout
	}
	for i := range l.Uplinks {
		p.Uplinks = append(p.Uplinks, firmware.Uplink{
			Name: fmt.Sprintf("uplink-%d", i), Interface: wire,
			Resolvers: []netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr(beyond), portDNS)},
		})
	}
	return p, nil
}
