package agent

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/agent/supervise"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/feed"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/schedule"
	"edgeprobe.io/firmware/statuspage"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/firmware/uplink"
)

// Prober runs one check over one uplink; package probe has the real ones.
type Prober interface {
	Do(ctx context.Context) firmware.Result
	Close() error
}

// Job is a check to be run over an uplink.
type Job struct {
	schedule.Job
	Prober Prober
}

// Parts are what a device is made of. Everything is ready, nothing is started.
type Parts struct {
	Fold       fold.Settings
	Schedule   schedule.Settings
	Feed       feed.Settings
	Panel      panel.Settings
	Statuspage statuspage.Settings
	Version    string
	Key        ed25519.PrivateKey // signs what peers hear; nil: a device without peers
	Clock      *clock.Clock
	Store      *store.Store
	Uplinks    []*uplink.Uplink
	Jobs       []Job
	Canary     *probe.Canary // that the jobs' probers listen to; nil: none
	Board      *panel.Panel
	Watch      func(panel.Frame) // sees every frame, must not block; nil: nobody
	Log        *slog.Logger
}

// Agent is one running device.
type Agent struct {
	Parts
	state   fold.State
	plan    *schedule.Plan
	jobs    map[fold.Key]Prober
	pool    pool
	late    lags
	events  chan fold.Body // from our own parts and people; bounded
	heards  chan fold.Body // from peers; bounded
	allowed allowances     // of the peers
	timer   *time.Timer
	view    atomic.Pointer[fold.View]
	page    *statuspage.Server
	feeds   []*feed.Session
	session atomic.Uint64  // newest number given to a feed session
	kept    chan struct{}  // closed when this start is on the card
	saved   fold.State     // what the newest checkpoint holds
	dropped atomic.Uint64  // bodies that found the queue full
	gap     bool           // the journal lacks events: a checkpoint must bridge it
	quiet   bool           // the store's queue was full, and the fold knows
	viewed  firmware.Stamp // when the view was made
	shown   firmware.Stamp // when the panel was renewed
}

// queue is how many events may wait for the loop. It is far more than the loop leaves waiting; what comes beyond it
// is dropped and counted. Peers have a queue of their own, so that no flood of theirs hides what our own parts say.
const queue = 4096

// New returns an agent of parts that goes on where the store ended.
func New(p Parts) (*Agent, error) {
	a := &Agent{Parts: p, events: make(chan fold.Body, queue), heards: make(chan fold.Body, queue), kept: make(chan struct{}), jobs: map[fold.Key]Prober{}}
	if err := a.restore(); err != nil {
		return nil, err
	}
	// Events number on, so sessions do; where no card remembers them, the time since boot does within the boot.
	a.session.Store(max((a.state.Seq+1)<<16, uint64(p.Clock.Now().Up.Milliseconds())))
	var jobs []schedule.Job
	for _, j := range p.Jobs {
		jobs = append(jobs, j.Job)
		a.jobs[fold.Key{Ref: j.Ref, Uplink: j.Uplink}] = j.Prober
	}
	a.plan = schedule.New(jobs, p.Fold.Device, p.Clock.Now(), p.Schedule)
	a.page = statuspage.New(p.Statuspage, a, a.command, p.Log)
	a.page.ShowPanel(statuspage.Panel{Regions: p.Panel.Regions, Lease: p.Panel.Lease, Lamps: a.lamps})
	a.page.ShowLag(a.late.look)
	a.recall()
	for _, b := range p.Feed.Brokers {
		a.feeds = append(a.feeds, feed.New(p.Feed, b, a.feedDeps(b)))
	}
	return a, nil
}

// Run runs the device until ctx ends. It returns the first failure of a part that should have gone on.
func (a *Agent) Run(ctx context.Context) error {
	if err := a.page.Listen(ctx); err != nil {
		return err
	}
	first := []supervise.Task{{Name: "loop", Run: a.loop}, {Name: "clock", Run: a.watchClock}}
	if a.Canary != nil {
		first = append(first, supervise.Task{Name: "canary", Run: a.watchCanary})
	}
	for _, u := range a.Uplinks {
		first = append(first, supervise.Task{Name: "uplink " + u.Name(), Run: a.watchUplink(u)})
		if u.AsksSystem() {
			first = append(first, supervise.Task{Name: "resolvers of " + u.Name(), Run: a.keepResolvers(u)})
		}
	}
	first = append(first, supervise.Task{Name: "bytes", Run: a.watchBytes})
	var feeds []supervise.Task
	for i, f := range a.feeds {
		feeds = append(feeds, supervise.Task{Name: "feed " + a.Feed.Brokers[i].Name, Run: a.runFeed(f)})
	}
	feeds = append(feeds, supervise.Task{Name: "feed wake", Run: a.wakeFeeds}, supervise.Task{Name: "page", Run: a.page.Run})
	return supervise.Run(ctx, first, feeds,
		[]supervise.Task{{Name: "panel", Run: a.Board.Run}},
		[]supervise.Task{{Name: "store", Run: a.Store.Run}})
}

// Page returns the address that the status page listens on; "" without one.
func (a *Agent) Page() string { return a.page.Addr() }

// View returns the newest view.
func (a *Agent) View() fold.View {
	if v := a.view.Load(); v != nil {
		return *v
	}
	return fold.View{Device: a.Fold.Device}
}

// errBusy is for whoever must not believe that a command was taken.
var errBusy = errors.New("more events wait than the device can take")

// tell hands an event to the loop without waiting, and reports whether there was room; else it is dropped and counted.
func (a *Agent) tell(b fold.Body) bool {
	select {
	case a.events <- b:
		return true
	default:
		a.dropped.Add(1)
		return false
	}
}

func (a *Agent) command(c fold.Command) error {
	if !a.tell(c) {
		return errBusy
	}
	return nil
}
