package fault

import (
	"context"
	"syscall"
	"time"

	"edgeprobe.io/scripts/lab/world"
)

// keeping is how long the broker may take to write down what it knows.
const keeping = time.Second

// crashDeeds are the broker's worst: what reached its machine it has not read, and nobody was told.
func crashDeeds() []deed {
	return []deed{verb("broker-crashes", "the broker hangs, and dies with all that it has not read; then it is started again, with its sessions and what is retained as they were when it hung",
		func(ctx context.Context, w *world.World, _ *args) (Undo, error) {
			if err := w.SignalBroker(syscall.SIGUSR1); err != nil { // Mosquitto writes its database then
				return nil, err
			}
			wait(ctx, keeping)
			return func(ctx context.Context) error {
				if err := w.StopBroker(syscall.SIGKILL); err != nil {
					return err
				}
				return w.StartBroker(ctx)
			}, w.SignalBroker(syscall.SIGSTOP)
		})}
}
