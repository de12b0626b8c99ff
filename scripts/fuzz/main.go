// Command fuzz runs every fuzz target of the tree in turn, and sums up what each found. Its exit code is 1 when one failed.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"edgeprobe.io/scripts/fuzz/fuzzer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := fuzzer.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}
