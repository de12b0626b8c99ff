package agent

import (
	"context"
	"reflect"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/store"
)

// pulse is how often the panel is renewed at least: a fraction of the lease.
const pulse = 500 * time.Millisecond

// checkpointEvery is how many events are folded between two checkpoints.
const checkpointEvery = 5000

// loop folds one event after the other. Nothing in it waits for anything but the next event.
func (a *Agent) loop(ctx context.Context) error {
	a.begin()
	defer a.end()
	for {
		select {
		case <-ctx.Done():
			return nil
		case b := <-a.events:
			a.step(b)
		case b := <-a.heards:
			a.step(b)
		case r := <-a.pool.results:
			a.plan.Ended(r.Check, r.Uplink, a.Clock.Now())
			a.late.end(r)
			a.step(fold.Result{Result: r})
		case <-a.timer.C:
			a.tick()
		}
		a.start(ctx)
		a.show()
		a.arm()
	}
}

// begin folds the start of the process and, when they are others, the settings.
func (a *Agent) begin() {
	a.pool.init(len(a.jobs))
	a.timer = time.NewTimer(0)
	a.Store.OnTrouble(a.trouble)
	a.step(fold.Boot{Epoch: a.Store.Epoch(), Version: a.Version})
	if !reflect.DeepEqual(a.state.Set, a.Fold) {
		a.step(fold.Config{Settings: a.Fold})
	}
	a.Clock.Poll()
	a.step(fold.Clock{ClockState: a.Clock.State()})
	a.Store.SetClock(a.state.Now.Boot, a.Clock.State())
}

// end waits for the probes that are still running, keeps the state, and gives the feed what the card has by now.
func (a *Agent) end() {
	a.timer.Stop()
	a.pool.wait()
	a.checkpoint()
	a.settle()
	for _, p := range a.jobs {
		if err := p.Close(); err != nil {
			a.Log.Warn("close a prober", "error", err)
		}
	}
}

// lastCommit is how long the end waits for the card: the feed needs most of the time there is.
const lastCommit = 300 * time.Millisecond

// settle waits until the last transitions are on the card, so that the feed can send them before it ends, too.
func (a *Agent) settle() {
	late := time.NewTimer(lastCommit)
	defer late.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for waiting := true; waiting && a.Store.Stats().Waiting > 0; {
		select {
		case <-tick.C:
		case <-late.C:
			waiting = false
		}
	}
	for _, f := range a.feeds {
		f.Wake()
	}
}

// step folds one body now and hands on what follows from it.
func (a *Agent) step(b fold.Body) {
	before := a.state.Seq
	e := fold.Event{Seq: before + 1, At: a.Clock.Now(), Body: b}
	next, effects := fold.Step(a.state, e)
	a.state = next
	made := a.carry(effects)
	if p, is := b.(fold.Part); is && p.Name == "store" && p.OK {
		a.gap = true
	}
	if next.Seq == before {
		return
	}
	if full := !a.Store.Offer(store.Entry{Event: e, Transitions: made}); full != a.quiet {
		a.quiet = full
		a.tell(fold.Part{Name: "store", OK: !full, Why: "the card is too slow for its queue"})
	}
	if a.gap || next.Seq >= a.saved.Seq+checkpointEvery {
		a.checkpoint()
	}
}

// tick folds the time that has passed, when that can change anything or the view is to be a newer one. Most wake-ups
// are for the schedule alone, and a tick decides on every service.
func (a *Agent) tick() {
	now := a.Clock.Now()
	if due := fold.Next(a.state); (due.Zero() || due.After(now)) && now.Since(a.viewed) < pulse {
		return
	}
	a.step(fold.Tick{})
}

// trouble tells the loop how the card is. When it works again events may be missing behind it, so the next
// checkpoint comes at once.
func (a *Agent) trouble(err error) {
	p := fold.Part{Name: "store", OK: err == nil}
	if err != nil {
		p.Why = err.Error()
	}
	a.tell(p)
}

func (a *Agent) checkpoint() {
	if a.state.Seq == a.saved.Seq {
		return
	}
	data, err := a.state.Marshal()
	if err != nil {
		a.Log.Error("keep a checkpoint", "error", err)
		return
	}
	if a.Store.Save(a.state.Seq, data) {
		a.saved, a.gap = a.state, false
	}
}

// start starts what is due.
func (a *Agent) start(ctx context.Context) {
	for _, r := range a.plan.Due(a.Clock.Now()) {
		switch {
		case r.Missed:
			a.missed(r, "the run before had not ended")
		case !a.bears(r):
			a.plan.Refused(r.Ref, r.Uplink, a.Clock.Now())
			a.missed(r, "the uplink's allowance of this month is spent")
		default:
			a.late.begin(r)
			a.pool.run(ctx, a.jobs[fold.Key{Ref: r.Ref, Uplink: r.Uplink}])
		}
	}
}

// show renders the present view when it is another one or the pulse is due; this is what keeps the lamps lit.
func (a *Agent) show() {
	now := a.Clock.Now()
	if !a.viewed.After(a.shown) && now.Since(a.shown) < pulse {
		return
	}
	a.shown = now
	v := a.View()
	f := panel.Render(v, now, a.Panel)
	a.Board.Update(f)
	if a.Watch != nil {
		a.Watch(f)
	}
}

// arm sets the timer for what comes first: a run, a tick of the fold, or the panel's pulse.
func (a *Agent) arm() {
	now := a.Clock.Now()
	wait := pulse
	for _, due := range []firmware.Stamp{a.plan.Next(), fold.Next(a.state)} {
		if !due.Zero() {
			wait = min(wait, due.Since(now))
		}
	}
	a.timer.Reset(max(wait, 0))
}
