package fault

import (
	"context"
	"syscall"
	"time"

	"edgeprobe.io/scripts/lab/wires"
	"edgeprobe.io/scripts/lab/world"
)

func brokerDeeds() []deed {
	node := param("node", "which of a cluster's nodes: broker, broker-b, broker-c; all by default")
	return []deed{
		verb("broker-stopped", "the broker is stopped, and started again when undone", func(_ context.Context, w *world.World, a *args) (Undo, error) {
			nodes := a.brokers()
			if a.err != nil {
				return nil, a.err
			}
			return func(ctx context.Context) error { return w.StartBroker(ctx, nodes...) }, w.StopBroker(syscall.SIGTERM, nodes...)
		}, node),
		verb("broker-restarted", "the broker is stopped and started again at once", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			nodes := a.brokers()
			if a.err != nil {
				return nil, a.err
			}
			if err := w.StopBroker(syscall.SIGTERM, nodes...); err != nil {
				return nil, err
			}
			return nil, w.StartBroker(ctx, nodes...)
		}, node),
		verb("broker-frozen", "the broker is there and does nothing", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.brokers(), func(node string) (Undo, error) {
				return func(context.Context) error { return w.SignalBroker(syscall.SIGCONT, node) }, w.SignalBroker(syscall.SIGSTOP, node)
			})
		}, node),
		verb("broker-partitioned", "nothing reaches the broker", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			loss := wires.Loss{Share: 1}
			if len(a.with["of"]) > 0 {
				loss.Address = w.PublicOf(a.sites()...)
			}
			return each(ctx, a, a.brokers(), func(node string) (Undo, error) { return w.Net().Lose(ctx, world.TrunkLink(node), wires.Both, loss) })
		}, param("of", "only from these sites; from everywhere by default"), node),
		verb("broker-slow", "the way to the broker is slow", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			by := a.duration("by", time.Second, time.Millisecond, 20*time.Second)
			return each(ctx, a, a.brokers(), func(node string) (Undo, error) {
				return w.Net().Delay(ctx, world.TrunkLink(node), wires.Both, by, 0)
			})
		}, param("by", "how much later everything arrives, each way, to 20s; 1s by default"), node),
		verb("broker-refuses", "the broker does not know the devices' passwords any more, and has ended their sessions", func(ctx context.Context, w *world.World, _ *args) (Undo, error) {
			return func(ctx context.Context) error { return w.KnowDevices(ctx, true) }, w.KnowDevices(ctx, false)
		}),
	}
}
