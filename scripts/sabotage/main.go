// Command sabotage breaks the product in one place after the other, in copies, and demands that the replay of
// 22 January notices each: a demo that cannot fail would prove nothing.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"edgeprobe.io/scripts/sabotage/saboteur"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := saboteur.All(ctx, ".", os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sabotage:", err)
		os.Exit(1)
	}
}
