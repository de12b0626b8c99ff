package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/uplink"
)

// look is one check over one uplink, ready to run.
type look struct {
	target string // for people, with its uplink where the check is a config's
	named  bool   // it is a config's
	check  firmware.Check
	uplink firmware.Uplink
	probe  probe.Settings
}

// runLooks runs them one after the other, so that they do not disturb each other's timing, and shows each as it ends.
func runLooks(cmd *cobra.Command, looks []look) error {
	clk, err := clock.New(clock.Built())
	if err != nil {
		return err
	}
	paper, good := drawOn(cmd.OutOrStdout()), true
	table := tableOf(looks, paper)
	for _, l := range looks {
		result, err := l.run(cmd.Context(), clk)
		if err != nil {
			return err
		}
		good = good && result.Outcome.OK()
		if wantsJSON(cmd) {
			if err := printJSON(paper, seenOf(l, result, time.Now())); err != nil {
				return err
			}
			continue
		}
		if len(looks) > 1 {
			table.add(l, result)
			continue
		}
		drawResult(paper, l, result, time.Now())
	}
	if !good {
		return errBad
	}
	return nil
}

// plain is what is looked at, for programs, which read the uplink beside it.
func (l look) plain() string {
	if l.named {
		return l.check.Ref.String()
	}
	return l.target
}

func (l look) run(ctx context.Context, clk *clock.Clock) (firmware.Result, error) {
	out := uplink.Open(l.uplink)
	_ = out.AskResolvers(ctx) // where the system's daemons tell nothing, its files must do
	prober, err := probe.New(l.check, probe.Over(out), clk, l.probe)
	if inner := errors.Unwrap(err); inner != nil && !l.named {
		return firmware.Result{}, fmt.Errorf("%s: %w", printable(l.target), inner) // the check has no name that anybody knows
	}
	if err != nil {
		return firmware.Result{}, err
	}
	result := prober.Do(ctx)
	if ctx.Err() != nil {
		return result, errors.Join(errors.New("stopped"), prober.Close())
	}
	return result, prober.Close()
}
