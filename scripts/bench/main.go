// Command bench prints what edgeprobe costs beside a bare net/http loop, against the budgets of the design. Its exit code
// is 1 when a figure is over its budget.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"edgeprobe.io/scripts/bench/yardstick"
)

const daemon = "bin/edgeprobed"

var errOver = errors.New("a figure is over its budget")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	run := bench
	if len(os.Args) == 2 && os.Args[1] == "serve" {
		run = func(ctx context.Context) error { return yardstick.Serve(ctx, os.Stdout) }
	}
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench measures everything against a server in a process of its own: this program again.
func bench(ctx context.Context) (err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	server := exec.CommandContext(ctx, self, "serve")
	server.Cancel = func() error { return server.Process.Signal(syscall.SIGTERM) }
	server.WaitDelay = 2 * time.Second
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return fmt.Errorf("start server: %w", err)
	}
	defer func() { stop(); _ = server.Wait() }()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("start server: %w", err)
	}
	var target yardstick.Target
	if err := json.Unmarshal(line, &target); err != nil {
		return fmt.Errorf("start server: %w", err)
	}
	return measure(ctx, target)
}

func measure(ctx context.Context, target yardstick.Target) error {
	fmt.Printf("%s, %s, %d CPUs; server in a process of its own; peak memory takes a minute\n\n", runtime.Version(), runtime.GOARCH, runtime.NumCPU())
	rows, err := yardstick.CPU(target)
	if err != nil {
		return err
	}
	wire, err := yardstick.Wire(target)
	if err != nil {
		return err
	}
	size, err := yardstick.Size(daemon)
	if err != nil {
		return err
	}
	peak, err := yardstick.Memory(ctx, daemon, target)
	if err != nil {
		return err
	}
	over, err := yardstick.Print(os.Stdout, append(append(rows, wire...), size, peak))
	if err == nil && over {
		err = errOver
	}
	return err
}
