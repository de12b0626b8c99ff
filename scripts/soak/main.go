// Command soak runs a device for a day's worth of results in minutes, and exits with 1 when its memory, its goroutines,
// its open files or what it writes per result do not stay where they are.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"edgeprobe.io/scripts/soak/stamina"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := role(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// role is the program itself, or one of the two processes that it starts: the server and the device.
func role(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "serve":
		return stamina.Serve(ctx, os.Stdout)
	case len(args) == 2 && args[0] == "device":
		var w stamina.Work
		if err := json.Unmarshal([]byte(args[1]), &w); err != nil {
			return fmt.Errorf("read the device's work: %w", err)
		}
		return w.Run(ctx, os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	}
	return stamina.Main(ctx, args, os.Stdout, os.Stderr)
}
