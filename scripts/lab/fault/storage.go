package fault

import (
	"context"
	"time"

	"edgeprobe.io/scripts/lab/world"
)

func storageDeeds() []deed {
	of := need("of", "the devices")
	return []deed{
		verb("storage-full", "a device's storage is full to the last byte", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.devices(), func(id string) (Undo, error) { return w.FillStorage(id) })
		}, of),
		verb("storage-readonly", "a device finds its storage read-only after a power failure, and is restarted on good storage when undone", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.devices(), func(id string) (Undo, error) { return w.LockStorage(id) })
		}, of),
		verb("storage-slow", "each commit to a device's storage takes longer, also after restarts; at boot it is so from the start", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			by := a.duration("by", 2*time.Second, 10*time.Millisecond, 30*time.Second)
			return each(ctx, a, a.devices(), func(id string) (Undo, error) { return w.SlowStorage(ctx, id, by) })
		}, of, param("by", "how much longer, 10ms to 30s; 2s by default")),
		verb("storage-corrupt", "a power failure leaves a device's database damaged in the middle; it is on again at once", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return nil, restart(ctx, a, func(id string) error { return w.KillDevice(id) }, func(id string) error {
				if err := w.DamageStorage(id); err != nil {
					return err
				}
				return w.StartDevice(id)
			})
		}, of),
		verb("storage-lost", "a device is given an empty card and started again", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return nil, restart(ctx, a, func(id string) error { return w.KillDevice(id) }, func(id string) error {
				if err := w.EmptyStorage(id); err != nil {
					return err
				}
				return w.StartDevice(id)
			})
		}, of),
	}
}
