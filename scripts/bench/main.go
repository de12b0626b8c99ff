// Command bench prints what edgeprobe costs beside a bare net/http loop and the probers of others, against the budgets of
// the design. Its exit code is 1 when a figure is over its budget.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"edgeprobe.io/scripts/bench/contest"
	"edgeprobe.io/scripts/bench/yardstick"
)

// What is measured: make builds both.
const (
	daemon   = "bin/edgeprobed"
	telegraf = ".cache/peers/telegraf"
)

var errOver = errors.New("a figure is over its budget")

func main() {
	if err := play(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// play is one of the parts of this program. Without a word it runs itself again in a network of its own.
func play(args []string) error {
	role := ""
	if len(args) > 0 {
		role = args[0]
	}
	if role == "serve" {
		return contest.Serve(os.Stdin, os.Stdout)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch role {
	case "loop":
		return contest.Loop(ctx, os.Stdin)
	case "inside":
		return bench(ctx, args[1:])
	}
	cmd := contest.Apart(ctx, append([]string{"inside"}, args...)...)
	cmd.Stdout = os.Stdout
	err := cmd.Run()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		stop()
		os.Exit(exit.ExitCode()) // it has said why
	}
	return err
}

// bench measures everything in this network, which is its own.
func bench(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print the report as JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	say := newProgress(os.Stderr)
	a, err := contest.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	rows, err := measure(ctx, a, say)
	if err != nil {
		return err
	}
	say.done()
	if *asJSON {
		err = json.NewEncoder(os.Stdout).Encode(report{machine(), rows})
	} else {
		fmt.Printf("%s\n\n", machine())
		err = yardstick.Print(os.Stdout, rows)
	}
	if err == nil && yardstick.AnyOver(rows) {
		err = errOver
	}
	return err
}

// report is the JSON form.
type report struct {
	Machine string          `json:"machine"`
	Rows    []yardstick.Row `json:"rows"`
}

// measure is the whole bench: the contest, the prober alone, memory and size.
func measure(ctx context.Context, a *contest.Arena, say *progress) (rows []yardstick.Row, err error) {
	all, t := contest.Contestants(daemon, telegraf), contest.Usual()
	figures, err := a.Run(ctx, all, t, say.sample(t.Rounds))
	if err != nil {
		return nil, err
	}
	rows = figures.Rows(all)
	add := func(more []yardstick.Row, failed error) {
		rows, err = append(rows, more...), errors.Join(err, failed)
	}
	say.say("the prober alone, back to back")
	add(yardstick.CPU(a.Target))
	add(yardstick.Wire(a.Target))
	say.say("peak memory, a minute")
	peak, failed := yardstick.Memory(ctx, daemon, a.Target, contest.Sources())
	add([]yardstick.Row{peak}, failed)
	say.say("how late runs begin while half of the targets are dark")
	late, failed := yardstick.Lag(ctx, daemon, a.Target, contest.Sources())
	add(late, failed)
	size, failed := yardstick.Size(daemon)
	add([]yardstick.Row{size}, failed)
	return rows, err
}
