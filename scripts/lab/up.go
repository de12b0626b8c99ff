package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"edgeprobe.io/scripts/lab/world"
)

func newUpCmd(inside bool) *cobra.Command {
	var keep bool
	var daemon string
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Bring the lab up and say when everything is green",
		Long:  "Bring the default topology up with its devices, and take it down as soon as every device says that every\nservice is up; with --keep only when Ctrl-C is pressed.",
		Args:  cobra.NoArgs,
		RunE: boxed(inside, "up", func(cmd *cobra.Command, _ []string) error {
			return up(cmd.Context(), cmd.OutOrStdout(), daemon, keep)
		}),
	}
	cmd.Flags().BoolVar(&keep, "keep", false, "leave it up until Ctrl-C")
	daemonFlag(cmd, &daemon)
	return cmd
}

// daemonFlag is for commands that put a program into the devices.
func daemonFlag(cmd *cobra.Command, daemon *string) {
	cmd.Flags().StringVar(daemon, "daemon", filepath.Join("bin", "edgeprobed"), "the edgeprobed to put into the devices")
}

func up(ctx context.Context, out io.Writer, daemon string, keep bool) (err error) {
	daemon, err = filepath.Abs(daemon)
	if err != nil {
		return err
	}
	began := time.Now()
	w, err := world.Open(ctx, world.Default(), world.Options{Daemon: daemon})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	fmt.Fprintf(out, "the world is up after %.1f s: %d devices, %d ISPs, %d regions; lab shell NODE looks around\n",
		time.Since(began).Seconds(), len(w.Topology.Devices), len(w.Topology.Networks()), len(w.Topology.Regions()))
	for _, d := range w.Topology.Devices {
		if err := w.StartDevice(d.ID); err != nil {
			return err
		}
	}
	if err := w.AwaitGreen(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "every device says that every service is up, after %.1f s\n", time.Since(began).Seconds())
	if !keep {
		return nil
	}
	fmt.Fprintln(out, "Ctrl-C ends it")
	select {
	case <-ctx.Done():
		return nil
	case <-w.Failed():
		return w.Cause()
	}
}
