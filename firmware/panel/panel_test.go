package panel_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"edgeprobe.io/drivers/simpanel"
	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/panel"
)

// bench is a panel running on the simulated board.
func bench(t *testing.T, log *slog.Logger) (*panel.Panel, *simpanel.Panel) {
	sim := simpanel.New(time.Now)
	p := panel.New(panel.Defaults(), map[string]panel.LampDriver{"service": sim.Lamp("service"), "self": sim.Lamp("self")}, sim.Buzzer(), log)
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { _ = p.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		done.Wait()
		for name, s := range sim.Snapshot() {
			if s.Lit() {
				t.Errorf("%s is still lit after Run: %+v", name, s)
			}
		}
	})
	return p, sim
}

// pass lets time go by; it is synctest's own.
func pass(d time.Duration) { <-time.After(d) }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestPanelShowsAndLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, sim := bench(t, quiet())
		s := service(firmware.StatusUp, firmware.ImpactNone)
		s.Until = now.Add(1500 * time.Millisecond)
		p.Update(panel.Render(view(s), now, panel.Defaults()))
		synctest.Wait()
		if got := sim.Snapshot()["service"]; panel.Colour(got.A) != panel.Green {
			t.Fatalf("not green: %+v", got)
		}
		pass(1499 * time.Millisecond)
		if !sim.Snapshot()["service"].Lit() {
			t.Fatal("dark before its evidence ended")
		}
		pass(2 * time.Millisecond)
		if got := sim.Snapshot()["service"]; got.Lit() {
			t.Fatalf("green outlasts its evidence: %+v", got)
		}
		if !sim.Snapshot()["self"].Lit() {
			t.Fatal("self went dark before its lease ended")
		}
		pass(panel.MaxLease)
		if sim.Snapshot()["self"].Lit() {
			t.Fatal("self outlives a stalled agent")
		}
	})
}

func TestRecoveredSoundsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, sim := bench(t, quiet())
		down := panel.Render(view(service(firmware.StatusConfirmed, firmware.ImpactDown)), now, panel.Defaults())
		good := panel.Render(view(service(firmware.StatusRecovering, firmware.ImpactDown)), now, panel.Defaults())
		for _, f := range []panel.Frame{down, down, good, good, good} {
			p.Update(f)
			synctest.Wait()
			pass(time.Second)
		}
		var sounds []bool
		for _, c := range sim.Changes() {
			if c.Name == "buzzer" && c.Lit() {
				sounds = append(sounds, c.Repeat)
			}
		}
		if len(sounds) != 2 || !sounds[0] || sounds[1] {
			t.Errorf("want the alarm, renewed, then one short tone; got %v", sim.Changes())
		}
	})
}

// stuck is a lamp whose driver fails.
type stuck struct{ err error }

func (s *stuck) Show(_, _ uint32, _, _, _ time.Duration) error { return s.err }
func (s *stuck) Off() error                                    { return s.err }

func TestBrokenLampStopsNothingAndIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		sim := simpanel.New(time.Now)
		p := panel.New(panel.Defaults(), map[string]panel.LampDriver{
			"feed": &stuck{errors.New("line in use")}, "self": sim.Lamp("self"),
		}, nil, slog.New(slog.NewTextHandler(&out, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { _ = p.Run(ctx) })
		for range 3 {
			p.Update(panel.Render(view(), now, panel.Defaults()))
			synctest.Wait()
		}
		if !sim.Snapshot()["self"].Lit() {
			t.Error("a broken lamp keeps the others dark")
		}
		cancel()
		done.Wait()
		if n := strings.Count(out.String(), "line in use"); n != 1 {
			t.Errorf("said %d times: %s", n, out.String())
		}
	})
}

// TestUpdateNeverBlocks hands over frames that nobody takes: the newest is what Run shows first.
func TestUpdateNeverBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simpanel.New(time.Now)
		p := panel.New(panel.Defaults(), map[string]panel.LampDriver{"service": sim.Lamp("service")}, nil, quiet())
		for range 100 {
			p.Update(panel.Render(view(service(firmware.StatusConfirmed, firmware.ImpactDown)), now, panel.Defaults()))
		}
		p.Update(panel.Render(view(service(firmware.StatusUp, firmware.ImpactNone)), now, panel.Defaults()))
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { _ = p.Run(ctx) })
		synctest.Wait()
		cancel()
		done.Wait()
		for _, c := range sim.Changes() {
			if panel.Colour(c.A) == panel.Red {
				t.Errorf("an old frame was shown: %+v", c)
			}
		}
	})
}
