package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

// fake is a world in which every device says what the test lets it say.
type fake struct {
	born    time.Time
	zero    time.Duration
	log     *seen.Log
	devices []string
	mute    bool  // no device says anything
	fails   error // of every deed

	mu    sync.Mutex
	deeds []string
}

func newFake(devices ...string) *fake {
	return &fake{born: time.Now(), log: seen.NewLog(), devices: devices}
}

func (w *fake) now() time.Duration { return time.Since(w.born) }

// at is the scenario's time.
func (w *fake) at() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now() - w.zero
}

func (w *fake) did(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deeds = append(w.deeds, fmt.Sprintf("%v ", w.now())+fmt.Sprintf(format, args...))
}

func (w *fake) decide(status string) {
	for _, d := range w.devices {
		w.log.Add(seen.Observation{At: w.at(), Source: seen.Feed, Device: d, Kind: "decision", Subject: "shop",
			Fields: map[string]any{"status": status, "view": "full"}})
	}
}

func (w *fake) Open(context.Context) error { w.did("open"); return nil }
func (w *fake) Boot(context.Context) error {
	w.did("boot")
	if w.mute {
		return nil
	}
	time.AfterFunc(time.Second, func() { w.decide("unknown") })
	time.AfterFunc(3*time.Second, func() { w.decide("up") })
	for at := time.Second; at < time.Minute; at += time.Second {
		time.AfterFunc(at, func() {
			for _, d := range w.devices {
				w.log.Add(seen.Observation{At: w.at(), Source: seen.Feed, Device: d, Kind: "heartbeat"})
			}
		})
	}
	return nil
}

func (w *fake) Do(_ context.Context, f scenario.Fault) (func(context.Context) error, error) {
	w.did("do %s", f.Name)
	if f.Name == "broker" {
		w.decide("suspected")
	}
	return func(context.Context) error { w.did("undo %s", f.Name); return nil }, w.fails
}
func (w *fake) Log() *seen.Log { return w.log }
func (w *fake) Begin() {
	w.did("begin")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.zero = w.now()
}

func (w *fake) Stop(context.Context) error { w.did("stop"); return nil }
func (w *fake) Close() error               { w.did("close"); return nil }
func (w *fake) Holdings() (all []judge.Holding) {
	w.did("holdings")
	for _, d := range w.devices {
		all = append(all, judge.Holding{Device: d})
	}
	return all
}

func parse(t *testing.T, text string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Parse("x.yaml", []byte("title: x\nabout: nothing\nwhy: y\n"+text), scenario.Catalog{Devices: []string{"newyork", "berlin"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPlay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFake("newyork", "berlin")
		r := Play(t.Context(), w, parse(t, `
lasts: 20s
faults:
  - {name: broker, at: 5s, do: a, for: 2s, every: 5s, times: 2}
  - {name: other, at: 6s, do: b}
  - {name: early, at: boot, do: c, for: 1s}
expect: [{see: decision, of: shop, is: suspected, after: broker, within: 1s}]
`), func(string) {})
		if r.Outcome != judge.Pass {
			t.Errorf("%+v", r)
		}
		want := []string{
			"0s open", "0s do early", "0s boot", "3s begin", "4s undo early", "8s do broker", "9s do other", "10s undo broker", "13s do broker",
			"15s undo broker", "23s undo other", "25s stop", "25s holdings", "25s close",
		}
		if d := cmp.Diff(want, w.deeds); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	})
}

// TestUnplayable: what cannot be played is broken, says why, and leaves nothing.
func TestUnplayable(t *testing.T) {
	const quick = "lasts: 5s\nfaults: [{at: 1s, do: a}]\nexpect: [{see: decision, of: shop, is: up}]\n"
	for name, c := range map[string]struct {
		spoil func(*fake)
		want  string
	}{
		"nobody settles": {func(w *fake) { w.mute = true }, "did not settle within 1m0s: berlin says nothing, newyork says nothing"},
		"a deed fails":   {func(w *fake) { w.fails = errors.New("no such cable") }, "do a (line 5): no such cable"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFake("newyork", "berlin")
				c.spoil(w)
				r := Play(t.Context(), w, parse(t, quick), func(string) {})
				if r.Outcome != judge.Broken || !strings.Contains(r.Trouble, c.want) {
					t.Errorf("%s: %s, want %q", r.Outcome, r.Trouble, c.want)
				}
				if !slices.ContainsFunc(w.deeds, func(d string) bool { return strings.HasSuffix(d, " close") }) {
					t.Errorf("it was left standing: %v", w.deeds)
				}
			})
		})
	}
}

// TestUnsettledStart: a scenario that does not wait begins with the devices.
func TestUnsettledStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFake("newyork", "berlin")
		Play(t.Context(), w, parse(t, "lasts: 5s\nworld: {settle: false}\nexpect: [{see: decision, of: shop, is: up}]\n"), func(string) {})
		if !slices.Contains(w.deeds, "0s begin") {
			t.Errorf("%v", w.deeds)
		}
	})
}
