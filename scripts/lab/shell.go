package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"edgeprobe.io/scripts/lab/sandbox"
)

var errNoLab = errors.New("no lab is up: start one with lab up --keep, or lab run --keep FILE")

func newListCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the labs that are up on this machine, and their nodes",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rooms, err := sandbox.List()
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, r := range rooms {
				nodes, err := r.Nodes()
				if err != nil {
					continue // it has just ended, or is somebody else's
				}
				fmt.Fprintf(w, "%d\t%s\t%s\n", r.PID, r.Name, strings.Join(nodes, " "))
			}
			return w.Flush()
		},
	}
}

func newShellCmd() *cobra.Command {
	var pid int
	cmd := &cobra.Command{
		Use:     "shell NODE [COMMAND...]",
		Short:   "Open a shell in a node of a lab that is up, or run a command there",
		Example: "  lab shell berlin\n  lab shell backbone ip route",
		Args:    some("a node, which lab list names"),
		RunE: func(cmd *cobra.Command, args []string) error {
			room, err := pick(pid)
			if err != nil {
				return err
			}
			argv := args[1:]
			if len(argv) == 0 {
				argv = []string{"/bin/sh", "-i"}
			}
			child, err := room.Enter(cmd.Context(), args[0], argv...)
			if err != nil {
				return err
			}
			child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
			err = child.Run()
			if exit, is := errors.AsType[*exec.ExitError](err); is {
				return &sandbox.ExitError{Code: exit.ExitCode()} // it has said why itself
			}
			return err
		},
	}
	cmd.Flags().SetInterspersed(false)
	cmd.Flags().IntVar(&pid, "lab", 0, "the lab's process, when several are up; lab list shows them")
	return cmd
}

// pick returns the room of a process, or the only one there is.
func pick(pid int) (sandbox.Open, error) {
	rooms, err := sandbox.List()
	if err != nil {
		return sandbox.Open{}, err
	}
	var of []sandbox.Open
	for _, r := range rooms {
		if pid == 0 || r.PID == pid {
			of = append(of, r)
		}
	}
	switch len(of) {
	case 0:
		return sandbox.Open{}, errNoLab
	case 1:
		return of[0], nil
	}
	return sandbox.Open{}, fmt.Errorf("%d labs are up: name one with --lab; lab list shows them", len(of))
}
