// Command accuracy injects delays into every phase of a run, by a network device in user space, and says how far the
// measured phases are from them: with one check alone, and with 40 running. Its exit code is 1 when they are too far.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"edgeprobe.io/scripts/accuracy/delays"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := role(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

// role is the program itself, or one of the two processes that it starts: the device and the far end.
func role(ctx context.Context, args []string) error {
	if len(args) == 2 && (args[0] == "device" || args[0] == "far") {
		return delays.Part(ctx, args[0], args[1], os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	}
	return delays.Main(ctx, args, os.Stdout, os.Stderr)
}
