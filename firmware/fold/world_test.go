package fold_test

import (
	"container/heap"
	"fmt"
	"reflect"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/quorum"
	"edgeprobe.io/firmware/schedule"
	"edgeprobe.io/firmware/verdict"
)

// world drives real folds and real schedules in virtual time: the network between devices and targets is a
// function that the test gives.
type world struct {
	now     time.Duration
	queue   events
	n       int
	devices []*device
	truth   truth
	lag     func(from, to string) time.Duration // of a peer's message; negative: lost
}

// truth says how a run of a check over a vantage ends that starts at t.
type truth func(t time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result

type device struct {
	w       *world
	id      string
	state   fold.State
	plan    *schedule.Plan
	journal []fold.Event
	made    []fold.Transition
	wake    time.Duration // latest planned wake-up
	dead    bool
}

type event struct {
	at time.Duration
	n  int
	do func()
}

type events []event

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].n < q[j].n
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(x any)   { *q = append(*q, x.(event)) }
func (q *events) Pop() any     { e := (*q)[len(*q)-1]; *q = (*q)[:len(*q)-1]; return e }

func (w *world) after(d time.Duration, do func()) {
	w.n++
	heap.Push(&w.queue, event{(w.now + d).Truncate(time.Microsecond), w.n, do})
}

// run advances the world to t.
func (w *world) run(t time.Duration) {
	for len(w.queue) > 0 && w.queue[0].at <= t {
		e := heap.Pop(&w.queue).(event)
		w.now = e.at
		e.do()
	}
	w.now = t
}

var boot = firmware.BootID{1}

func (w *world) stamp() firmware.Stamp { return firmware.Stamp{Boot: boot, Up: time.Hour + w.now} }

// fleet is n sites of one device each, in turn in us and eu, each with a wire of its own and a metered uplink.
func fleet(n int) []firmware.Device {
	var out []firmware.Device
	for i := range n {
		id := fmt.Sprintf("dev%d", i)
		out = append(out, firmware.Device{
			ID: id, Site: "site" + id, Region: []string{"us", "eu"}[i%2],
			Uplinks: []firmware.UplinkFact{{Name: "eth0", Network: "isp" + id}, {Name: "wwan0", Network: "lte" + id, Metered: true}},
		})
	}
	return out
}

// settings watch one service "api" with an edge and an origin check, and three controls.
func settings(id string, fl []firmware.Device, interval time.Duration) fold.Settings {
	every := map[string]time.Duration{"eth0": interval, "wwan0": 10 * time.Minute}
	set := fold.Settings{
		Device: id, Fleet: fl, Services: []string{"api"}, Verdict: verdict.Defaults(), Quorum: quorum.Defaults(), BeatEvery: interval,
		Rules: []verdict.Rule{
			{Ref: firmware.CheckRef{Service: "api", Name: "home"}, Role: firmware.RoleEdge, Critical: true, Interval: every, Timeout: time.Second},
			{Ref: firmware.CheckRef{Service: "api", Name: "origin"}, Role: firmware.RoleOrigin, Interval: every, Timeout: time.Second},
		},
	}
	for i := range 3 {
		set.Rules = append(set.Rules, verdict.Rule{
			Ref: firmware.CheckRef{Name: fmt.Sprintf("control%d", i)}, Role: firmware.RoleControl, Interval: every, Timeout: time.Second,
		})
	}
	return set
}

func newWorld(n int, interval time.Duration, tr truth) *world {
	w := &world{truth: tr, lag: func(string, string) time.Duration { return 30 * time.Millisecond }}
	fl := fleet(n)
	for _, d := range fl {
		dev := &device{w: w, id: d.ID}
		w.devices = append(w.devices, dev)
		dev.start(settings(d.ID, fl, interval))
	}
	return w
}

func (d *device) start(set fold.Settings) {
	d.dead = false
	var jobs []schedule.Job
	for _, r := range set.Rules {
		for u, every := range r.Interval {
			jobs = append(jobs, schedule.Job{Ref: r.Ref, Uplink: u, Interval: every})
		}
	}
	d.plan = schedule.New(jobs, d.id, d.w.stamp(), schedule.Defaults())
	d.step(fold.Boot{Epoch: 7, Version: "test"})
	d.step(fold.Config{Settings: set})
}

// step folds a body now, keeps the journal as the store would, and carries the effects out.
func (d *device) step(b fold.Body) {
	if d.dead {
		return
	}
	before := d.state.Seq
	e := fold.Event{Seq: before + 1, At: d.w.stamp(), Body: b}
	next, effects := fold.Step(d.state, e)
	d.state = next
	if next.Seq != before {
		d.journal = append(d.journal, e)
	}
	for _, eff := range effects {
		d.carry(eff)
	}
	d.arm()
}

func (d *device) carry(eff fold.Effect) {
	switch x := eff.(type) {
	case fold.Transition:
		d.made = append(d.made, x)
	case fold.Attention:
		level := map[fold.Level]schedule.Attention{fold.LevelCalm: schedule.Calm, fold.LevelIncident: schedule.Incident, fold.LevelBurst: schedule.Burst}
		d.plan.Attend(x.Service, x.Uplink, level[x.Level], d.w.stamp())
	case fold.Prove:
		d.plan.Prove(x.Uplink, d.w.stamp())
	case fold.Publication:
		for _, peer := range d.w.devices {
			lag := d.w.lag(d.id, peer.id)
			if peer == d || lag < 0 || x.Sheet == nil && x.Beat == nil && x.Ack == nil {
				continue
			}
			d.w.after(lag, func() { peer.step(fold.Heard{Device: d.id, Votes: x.Sheet, Beat: x.Beat, Ack: x.Ack}) })
		}
	}
}

// arm plans the next wake-up for the schedule's or the fold's sake.
func (d *device) arm() {
	due := d.plan.Next()
	if n := fold.Next(d.state); !n.Zero() && n.Up < due.Up {
		due = n
	}
	at := max(0, due.Up-d.w.stamp().Up)
	d.wake = d.w.now + at
	mine := d.wake
	d.w.after(at, func() {
		if mine == d.wake && !d.dead {
			d.turn()
		}
	})
}

// turn starts what is due.
func (d *device) turn() {
	for _, r := range d.plan.Due(d.w.stamp()) {
		started := d.w.now
		if r.Missed {
			d.step(fold.Result{Result: firmware.Result{Check: r.Ref, Uplink: r.Uplink, Start: d.w.stamp(), Outcome: firmware.OutcomeMissed}})
			continue
		}
		res := d.w.truth(started, firmware.Vantage{Device: d.id, Uplink: r.Uplink}, r.Ref)
		res.Check, res.Uplink, res.Start = r.Ref, r.Uplink, d.w.stamp()
		d.w.after(res.Took, func() {
			d.plan.Ended(r.Ref, r.Uplink, d.w.stamp())
			d.step(fold.Result{Result: res})
		})
	}
	d.step(fold.Tick{})
}

func (d *device) decision() firmware.Decision { return d.state.Services["api"].Decision }

// arc lists the decisions' statuses in their order, with the times of change since start.
func (d *device) arc() (statuses []firmware.Status, at []time.Duration) {
	for _, t := range d.made {
		if t.Kind == "decision" && (len(statuses) == 0 || statuses[len(statuses)-1] != t.Decision.Status) {
			statuses, at = append(statuses, t.Decision.Status), append(at, t.At.Up-time.Hour)
		}
	}
	return statuses, at
}

// replays folds the journal again from the start and from every k-th event, and compares all transitions.
func (d *device) replays(t tester, k int) {
	t.Helper()
	var s fold.State
	var again []fold.Transition
	for i, e := range d.journal {
		if i > 0 && i%k == 0 {
			s = viaBytes(t, s)
		}
		var effects []fold.Effect
		s, effects = fold.Step(s, e)
		if s.Seq != e.Seq {
			t.Fatalf("%s: event %d replays as %d", d.id, e.Seq, s.Seq)
		}
		for _, eff := range effects {
			if tr, ok := eff.(fold.Transition); ok {
				again = append(again, tr)
			}
		}
	}
	if len(again) != len(d.made) {
		t.Fatalf("%s: replay from every %d made %d transitions, live made %d", d.id, k, len(again), len(d.made))
	}
	for i := range again {
		if !reflect.DeepEqual(again[i], d.made[i]) {
			t.Fatalf("%s: transition %d replays differently:\nlive   %+v\nreplay %+v", d.id, i, d.made[i], again[i])
		}
	}
}

func viaBytes(t tester, s fold.State) fold.State {
	t.Helper()
	data, err := s.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	s, err = fold.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ok(took time.Duration) firmware.Result {
	return firmware.Result{Outcome: firmware.OutcomeOK, Status: 200, Took: took}
}

func status503(took time.Duration) firmware.Result {
	return firmware.Result{Outcome: firmware.OutcomeHTTPStatus, Status: 503, Took: took}
}

// tester is what *testing.T and *rapid.T have in common here.
type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}
