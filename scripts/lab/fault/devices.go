package fault

import (
	"context"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/scripts/lab/world"
)

func deviceDeeds() []deed {
	of := need("of", "the devices")
	return []deed{
		verb("device-killed", "a device's power is cut, and comes back when undone", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.devices(), func(id string) (Undo, error) {
				return func(context.Context) error { return w.StartDevice(id) }, w.KillDevice(id)
			})
		}, of),
		verb("device-stopped", "a device is stopped as its service manager does, and started when undone", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.devices(), func(id string) (Undo, error) {
				return func(context.Context) error { return w.StartDevice(id) }, w.StopDevice(id)
			})
		}, of),
		verb("device-restarted", "a device is stopped and started again at once", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return nil, restart(ctx, a, func(id string) error { return w.StopDevice(id) }, w.StartDevice)
		}, of),
		verb("device-power-cycled", "a device's power fails for a moment", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return nil, restart(ctx, a, func(id string) error { return w.KillDevice(id) }, w.StartDevice)
		}, of),
		verb("device-freeze", "a device does nothing any more, with all its connections open", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.devices(), func(id string) (Undo, error) {
				return func(context.Context) error { return w.SignalDevice(id, syscall.SIGCONT) }, w.SignalDevice(id, syscall.SIGSTOP)
			})
		}, of),
		verb("device-oom-killed", "the kernel kills the program on a device for its memory; the service manager starts it again after a second", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return nil, restart(ctx, a, func(id string) error { return w.SignalDevice(id, syscall.SIGKILL) }, func(string) error { return nil })
		}, of),
		verb("clock-jump", "a device's wall clock is wrong by so much, also after restarts; at boot it is so from the start", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			by := a.duration("by", time.Hour, -60*365*24*time.Hour, 60*365*24*time.Hour)
			return each(ctx, a, a.devices(), func(id string) (Undo, error) { return w.ShiftClock(id, by) })
		}, of, param("by", "how far, in whole seconds: 1h, the default, is fast, -1h slow")),
		verb("device-cpu-starved", "a device gets the processor for a part of the time alone", starve, of,
			param("percent", "of the time that it runs, 1 to 90; 10 by default")),
		verb("device-memory-starved", "the program on a device is ended and gets less memory from then on; when it asks for more it dies, and the service manager starts it again after a second", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			bytes := uint64(a.number("mib", 64, 1, 4096)) << 20
			return each(ctx, a, a.devices(), func(id string) (Undo, error) { return w.LimitMemory(id, bytes) })
		}, of, param("mib", "MiB that it may reserve, of which it uses a part: it starts with some 130; 64 by default, with which it cannot start")),
	}
}

// restart does two things to each device, one after the other.
func restart(ctx context.Context, a *args, end, begin func(id string) error) error {
	_, err := each(ctx, a, a.devices(), func(id string) (Undo, error) {
		err := end(id)
		if err == nil {
			err = begin(id)
		}
		return gone(func() {}), err
	})
	return err
}

// starveEvery is how long a starved device waits and runs, together.
const starveEvery = 200 * time.Millisecond

// starve stops and continues devices many times a second.
func starve(ctx context.Context, w *world.World, a *args) (Undo, error) {
	runs := starveEvery * time.Duration(a.number("percent", 10, 1, 90)) / 100
	return each(ctx, a, a.devices(), func(id string) (Undo, error) {
		run, stop := context.WithCancel(context.Background())
		var g errgroup.Group
		g.Go(func() error {
			for run.Err() == nil {
				_ = w.SignalDevice(id, syscall.SIGSTOP) // it may be off: another fault's business
				wait(run, starveEvery-runs)
				_ = w.SignalDevice(id, syscall.SIGCONT)
				wait(run, runs)
			}
			return nil
		})
		return func(context.Context) error { stop(); return g.Wait() }, nil
	})
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
