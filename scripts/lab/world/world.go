package world

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware/demo"
	"edgeprobe.io/scripts/lab/pki"
	"edgeprobe.io/scripts/lab/sandbox"
	"edgeprobe.io/scripts/lab/seen"
	"edgeprobe.io/scripts/lab/wires"
)

// openWithin is how long a world may take to come up before it is given up.
const openWithin = 60 * time.Second

// World is a lab that is up. Its methods may be called from several goroutines.
type World struct {
	Topology Topology
	Log      *seen.Log
	Account  *demo.Account    // the provider's
	CA       *pki.Authority   // whom the devices trust
	Edges    map[string]*Edge // by region
	Doors    map[string]*Door // every web server, by node; the edges' too

	net       *wires.Net
	atlas     atlas
	dir       string         // everything that is written
	daemon    string         // path of edgeprobed
	nats      string         // path of nats-server; used where the broker is a cluster
	services  map[string]int // how many each device watches
	programs  map[string]*program
	passwords map[string]string // at the broker, by user
	public    map[string]ed25519.PublicKey
	client    mqtt.Client

	group errgroup.Group // everything that runs
	ctx   context.Context
	fail  context.CancelCauseFunc

	mu      sync.Mutex
	liars   map[string]*liar         // by node
	portals map[string]*Door         // by ISP
	shifts  map[string]time.Duration // of devices' wall clocks; those that were never moved are absent
	slows   map[string]time.Duration // that each commit of a device takes longer; those that were never slowed are absent
	memory  map[string]uint64        // that a device may have, in bytes; those without a limit are absent
	zero    time.Time                // the instant that observations count from
}

// Options are what a world needs to come up.
type Options struct {
	Daemon string // path of the edgeprobed to run
	NATS   string // path of the nats-server to run, where the broker is a cluster
	Dir    string // where everything is written; "": a folder of its own in the sandbox
}

// Open brings a world up, the devices apart: see [World.StartDevice]. It must be called inside a sandbox, once. Close
// it, also when some of it failed later.
func Open(ctx context.Context, t Topology, o Options) (*World, error) {
	if err := t.Check(); err != nil {
		return nil, fmt.Errorf("the topology: %w", err)
	}
	if info, err := os.Stat(o.Daemon); err != nil || info.Mode()&0o111 == 0 {
		return nil, fmt.Errorf("there is no program %q to put into the devices: run make build", o.Daemon)
	}
	if info, err := os.Stat(o.NATS); t.Cluster && (err != nil || info.Mode()&0o111 == 0) {
		return nil, fmt.Errorf("there is no program %q to be the broker: run make nats", o.NATS)
	}
	if o.Dir == "" {
		o.Dir = filepath.Join(sandbox.Dir, "world")
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	w := &World{
		Topology: t, Log: seen.NewLog(), Account: demo.NewAccount(), Edges: map[string]*Edge{}, Doors: map[string]*Door{},
		atlas: chart(t), dir: o.Dir, daemon: o.Daemon, nats: o.NATS, services: map[string]int{}, zero: time.Now(),
		programs: map[string]*program{}, liars: map[string]*liar{}, portals: map[string]*Door{}, shifts: map[string]time.Duration{},
		slows: map[string]time.Duration{}, memory: map[string]uint64{}, passwords: map[string]string{}, public: map[string]ed25519.PublicKey{},
	}
	w.ctx, w.fail = context.WithCancelCause(context.WithoutCancel(ctx))
	w.group.Go(func() error { w.watchSleep(); return nil })
	if err := w.up(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the world up: %w", err), w.Close())
	}
	return w, nil
}

// up brings up everything, side by side once the network is there.
func (w *World) up(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	if w.CA, err = pki.New("the lab's authority"); err != nil {
		return err
	}
	if w.net, err = wires.Lay(ctx, plan(w.Topology, w.atlas)); err != nil {
		return err
	}
	for _, d := range w.Topology.Devices {
		w.passwords[d.ID] = rand.Text()
	}
	w.passwords[consumer] = rand.Text()
	g, ctx := errgroup.WithContext(ctx)
	for _, part := range []func(context.Context) error{w.openCaches, w.openNames, w.openResolvers, w.openBroker, w.openDoors, w.prepareDevices} {
		g.Go(func() error { return part(ctx) })
	}
	return g.Wait()
}

// Net is the network, to do things to it.
func (w *World) Net() *wires.Net { return w.net }

// Failed is closed when a part of the world has died by itself or spoken nonsense, and when it is closed; Cause says
// why.
func (w *World) Failed() <-chan struct{} { return w.ctx.Done() }

// errClosed is why a world ends that was closed.
var errClosed = errors.New("the world was closed")

// Cause says why the world failed; nil as long as it has not, or when it was only closed.
func (w *World) Cause() error {
	if err := context.Cause(w.ctx); !errors.Is(err, errClosed) {
		return err
	}
	return nil
}

// Close ends everything: the devices cleanly, then the rest. It says what did not end well.
func (w *World) Close() error {
	err := w.StopDevices()
	if w.client != nil {
		w.client.Disconnect(100)
	}
	w.fail(errClosed)
	for _, p := range w.everything() {
		_ = p.signal(syscall.SIGCONT)
		_ = p.stop(syscall.SIGKILL, stopWithin) // they keep nothing that matters
	}
	return errors.Join(err, w.group.Wait())
}

// everything returns all programs.
func (w *World) everything() []*program {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Values(w.programs))
}

// Begin makes this instant the one that observations count from, those before it too.
func (w *World) Begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	w.Log.Shift(now.Sub(w.zero))
	w.zero = now
}

// Now is the present in the time of the observations.
func (w *World) Now() time.Duration { return w.since(time.Now()) }

// since is how long after the zero t is.
func (w *World) since(t time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return t.Sub(w.zero)
}

// boot is the boot clock's time at the zero.
func (w *World) boot() time.Duration {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) // Linux has had it since 2.6.39
	return time.Duration(now.Nano()) - w.since(time.Now())
}

// saw notes something now.
func (w *World) saw(o seen.Observation) {
	o.At = w.since(time.Now())
	w.Log.Add(o)
}

// SawFault notes that a fault was done or undone.
func (w *World) SawFault(verb string, with map[string][]string, undone bool, at time.Time, err error) {
	params := map[string]any{}
	for name, values := range with {
		params[name] = strings.Join(values, " ")
	}
	fields := map[string]any{"params": params, "undone": undone}
	if err != nil {
		fields["error"] = err.Error()
	}
	w.Log.Add(seen.Observation{At: w.since(at), Source: seen.Lab, Kind: seen.KindFault, Subject: verb, Fields: fields})
}

// path is where a file of a part stands.
func (w *World) path(part string, file ...string) string {
	return filepath.Join(append([]string{w.dir, part}, file...)...)
}

// write writes files of a part.
func (w *World) write(part string, files map[string]string) error {
	if err := os.MkdirAll(w.path(part), 0o700); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(w.path(part, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
