package fault

import (
	"context"
	"syscall"
	"time"

	"edgeprobe.io/scripts/lab/wires"
	"edgeprobe.io/scripts/lab/world"
)

// broker is the broker's node, and its program.
const broker = "broker"

func brokerDeeds() []deed {
	return []deed{
		verb("broker-stopped", "the broker is stopped, and started again when undone", func(_ context.Context, w *world.World, _ *args) (Undo, error) {
			return w.StartBroker, w.StopBroker(syscall.SIGTERM)
		}),
		verb("broker-restarted", "the broker is stopped and started again at once", func(ctx context.Context, w *world.World, _ *args) (Undo, error) {
			if err := w.StopBroker(syscall.SIGTERM); err != nil {
				return nil, err
			}
			return nil, w.StartBroker(ctx)
		}),
		verb("broker-frozen", "the broker is there and does nothing", func(_ context.Context, w *world.World, _ *args) (Undo, error) {
			return func(context.Context) error { return w.SignalBroker(syscall.SIGCONT) }, w.SignalBroker(syscall.SIGSTOP)
		}),
		verb("broker-partitioned", "nothing reaches the broker", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			if len(a.with["of"]) == 0 {
				return w.Net().Lose(ctx, world.TrunkLink(broker), wires.Both, wires.Loss{Share: 1})
			}
			loss := wires.Loss{Share: 1, Address: w.PublicOf(a.sites()...)}
			return each(ctx, a, []string{broker}, func(node string) (Undo, error) { return w.Net().Lose(ctx, world.TrunkLink(node), wires.Both, loss) })
		}, param("of", "only from these sites; from everywhere by default")),
		verb("broker-slow", "the way to the broker is slow", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			by := a.duration("by", time.Second, time.Millisecond, 20*time.Second)
			return each(ctx, a, []string{broker}, func(node string) (Undo, error) {
				return w.Net().Delay(ctx, world.TrunkLink(node), wires.Both, by, 0)
			})
		}, param("by", "how much later everything arrives, each way, to 20s; 1s by default")),
		verb("broker-refuses", "the broker does not know the devices' passwords any more, and has ended their sessions", func(ctx context.Context, w *world.World, _ *args) (Undo, error) {
			return func(ctx context.Context) error { return w.KnowDevices(ctx, true) }, w.KnowDevices(ctx, false)
		}),
	}
}
