// Command lab is an Internet in a box: sites, ISPs, a provider with edges and caches, a broker, and the real devices
// in it, in a sandbox that leaves nothing behind. See its --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"edgeprobe.io/scripts/lab/sandbox"
)

func main() {
	inside, err := sandbox.Settle()
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		err = root(inside).ExecuteContext(ctx)
		stop()
	}
	var exit *sandbox.ExitError
	switch {
	case errors.Is(err, context.Canceled):
		os.Exit(128 + int(syscall.SIGINT)) // it was told to stop, and has
	case errors.As(err, &exit):
		os.Exit(max(1, exit.Code)) // it has said why itself
	case err != nil:
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

func root(inside bool) *cobra.Command {
	cmd := &cobra.Command{
		Use:           "lab",
		Short:         "An Internet in a box, to see whether edgeprobe tells the truth",
		SilenceErrors: true, SilenceUsage: true,
	}
	cmd.AddCommand(newRunCmd(), newPlayCmd(inside), newCheckCmd(), newReportCmd(), newSchemaCmd(), newFaultsCmd(), newUpCmd(inside), newListCmd(), newShellCmd())
	return cmd
}

// some wants one argument or more and says which.
func some(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return fmt.Errorf("give at least one argument: %s; see %s --help", what, cmd.CommandPath())
	}
}

// count writes so many of something.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// boxed runs f when this program is inside a sandbox, and runs this program again in a new one when it is not.
func boxed(inside bool, name string, f func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if inside {
			return f(cmd, args)
		}
		return sandbox.Run(cmd.Context(), sandbox.Room{Name: name, Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr})
	}
}
