package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is stamped by the linker from git describe.
var version = "dev"

// errBad ends a command that has already said what is wrong.
var errBad = errors.New("not well")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { time.AfterFunc(stopWithin+time.Second, stop) }) // what hangs ends at a later Ctrl-C
	err := newRootCmd().ExecuteContext(ctx)
	os.Exit(exitCode(err, os.Stderr))
}

// exitCode says on w what went wrong, unless the command has said so itself: 1 is what the command found, 2 that it
// could not look.
func exitCode(err error, w io.Writer) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errBad):
		return 1
	}
	fmt.Fprintln(w, "edgeprobe:", err)
	return 2
}
