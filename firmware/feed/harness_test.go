package feed

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/feed/mosquittotest"
	"edgeprobe.io/firmware/wire"
)

type utc struct{}

func (utc) Wall(s firmware.Stamp) (time.Time, firmware.ClockQuality) {
	return time.Unix(0, 0).Add(s.Up), firmware.ClockSynced
}

// backlog keeps items in memory, as the store does on the card.
type backlog struct {
	t     testing.TB
	mu    sync.Mutex
	items map[Class][]Item
	done  map[Class][]uint64 // in the order of their acknowledgement
}

func newBacklog(t testing.TB) *backlog {
	return &backlog{t: t, items: map[Class][]Item{}, done: map[Class][]uint64{}}
}

// add commits n more items of class, each with the payload that fill makes of its number.
func (b *backlog) add(class Class, n int, fill func(uint64) []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	topic := wire.Event("berlin")
	if class == Results {
		topic = wire.Results("berlin")
	}
	for range n {
		seq := uint64(len(b.items[class]) + 1)
		b.items[class] = append(b.items[class], Item{topic, fill(seq), seq, seq})
	}
}

func (b *backlog) Next(_ string, class Class, most int) ([]Item, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	todo := b.items[class][len(b.done[class]):]
	return slices.Clone(todo[:min(most, len(todo))]), nil
}

func (b *backlog) Done(_ string, class Class, first, last uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if want := uint64(len(b.done[class]) + 1); first != want || last != want {
		b.t.Errorf("%s: %d to %d is done, want %d: acknowledgements are no prefix", class, first, last, want)
	}
	b.done[class] = append(b.done[class], first)
}

func (b *backlog) count(class Class) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.done[class])
}

func number(n uint64) []byte { return fmt.Appendf(nil, "%d", n) }

// report is one call of Deps.Report.
type report struct {
	ok  bool
	why string
}

// rig is a session with everything around it.
type rig struct {
	*Session
	t       testing.TB
	backlog *backlog
	log     *bytes.Buffer
	stop    context.CancelFunc
	ended   chan struct{}
	base    int // goroutines before

	mu      sync.Mutex
	reports []report
	dials   int
	conns   []net.Conn
	heard   []string
}

// newRig makes a session that is quick to give up and to come back.
func newRig(t testing.TB, broker Broker) *rig {
	r := &rig{t: t, backlog: newBacklog(t), log: &bytes.Buffer{}, base: runtime.NumGoroutine()}
	broker.Name = "main"
	sessions := uint64(0)
	r.Session = New(Defaults(), broker, Deps{
		Device: "berlin", Version: "test", Boot: firmware.BootID{1}, Times: utc{}, Backlog: r.backlog,
		Dialers: []Dialer{{Name: "eth0", Dial: r.dial}},
		Session: func() uint64 { sessions++; return sessions },
		Heard: func(topic string, payload []byte, retained bool) {
			r.locked(func() { r.heard = append(r.heard, fmt.Sprintf("%s %s %v", topic, payload, retained)) })
		},
		Report: func(_ string, ok bool, why string) {
			r.locked(func() { r.reports = append(r.reports, report{ok, why}) })
		},
		Log: slog.New(slog.NewTextHandler(r.log, nil)),
	})
	r.timing.retry, r.timing.rest = 20*time.Millisecond, 100*time.Millisecond
	return r
}

func (r *rig) locked(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *rig) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	r.locked(func() {
		r.dials++
		if err == nil {
			r.conns = append(r.conns, c)
		}
	})
	return c, err
}

// run starts the session; it is stopped, and its goroutines counted, when the test ends.
func (r *rig) run() *rig {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop, r.ended = cancel, make(chan struct{})
	go func() {
		defer close(r.ended)
		if err := r.Run(ctx); err != nil {
			r.t.Errorf("Run: %v", err)
		}
	}()
	r.t.Cleanup(r.end)
	return r
}

// end stops the session, which must not take longer than two seconds.
func (r *rig) end() {
	r.stop()
	select {
	case <-r.ended:
	case <-time.After(2 * time.Second):
		r.t.Error("Run did not return within 2 s of being told to stop")
		<-r.ended
	}
}

// leakless fails when goroutines are left after the session's end.
func (r *rig) leakless() {
	r.t.Helper()
	r.end()
	defer func() {
		if r.t.Failed() {
			stacks := make([]byte, 1<<16)
			r.t.Logf("%s", stacks[:runtime.Stack(stacks, true)])
		}
	}()
	eventually(r.t, "every goroutine has ended", func() bool { return runtime.NumGoroutine() <= r.base })
}

// count counts the reports with the given ok.
func (r *rig) count(ok bool) (n int) {
	r.locked(func() {
		for _, p := range r.reports {
			if p.ok == ok {
				n++
			}
		}
	})
	return n
}

func (r *rig) connected(times int) {
	r.t.Helper()
	eventually(r.t, fmt.Sprintf("the session has connected %d times", times), func() bool { return r.count(true) >= times })
}

// watcher is a consumer of the feed.
type watcher struct {
	mqtt.Client
	mu  sync.Mutex
	got []mqtt.Message
}

// watch subscribes to filter; a lasting watcher keeps its session at the broker and comes back by itself.
func watch(t *testing.T, m *mosquittotest.Broker, filter string, lasting bool) *watcher {
	t.Helper()
	w := &watcher{}
	o := mqtt.NewClientOptions().AddBroker(m.URL()).SetClientID("watcher-" + t.Name()).SetProtocolVersion(4)
	o.SetCleanSession(!lasting).SetAutoReconnect(lasting).SetMaxReconnectInterval(200 * time.Millisecond)
	o.SetDefaultPublishHandler(func(_ mqtt.Client, msg mqtt.Message) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.got = append(w.got, msg)
	})
	w.Client = mqtt.NewClient(o)
	for _, step := range []func() mqtt.Token{w.Connect, func() mqtt.Token { return w.Subscribe(filter, 1, nil) }} {
		if token := step(); !token.WaitTimeout(patient) || token.Error() != nil {
			t.Fatalf("watch %s: %v", filter, token.Error())
		}
	}
	t.Cleanup(func() { w.Disconnect(100) })
	return w
}

// messages are the payloads that came so far.
func (w *watcher) messages() []mqtt.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.got)
}
