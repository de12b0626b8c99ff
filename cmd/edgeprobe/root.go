package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// defaultPage is where a daemon on this machine serves its page.
const defaultPage = "http://127.0.0.1:9402"

func newRootCmd() *cobra.Command {
	root := &cobra.Command{
		Use:   "edgeprobe",
		Short: "Looks at your service from outside, the way your customers do",
		Long: `edgeprobe looks at a service from outside its provider, over every uplink of this device, agrees with the
devices of other offices, and says the truth on lamps, on a local page and on an MQTT feed.

This is its command line. The appliance itself is edgeprobed.`,
		Example: `  edgeprobe check https://www.example.com/     look once, now, from here
  edgeprobe demo                               two devices and an outage, on this machine alone
  edgeprobe config init my.yaml                a config to start from
  edgeprobe status                             what the daemon on this machine says
  edgeprobe watch --page http://10.0.0.7:9402  another device's panel, live`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetVersionTemplate("edgeprobe {{.Version}}\n")
	root.PersistentFlags().Bool("json", false, "print JSON instead of text")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(newCheckCmd(), newUplinksCmd(), newStatusCmd(), newWatchCmd(), newConfigCmd(), newFleetCmd(), newDemoCmd(), newReplayCmd(), newVersionCmd())
	complete(root)
	return root
}

// group returns a command that only holds others: alone it explains itself, and a name that it does not hold is an
// error, not a help text and success.
func group(cmd *cobra.Command, held ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(held...)
	cmd.SuggestionsMinimumDistance = 2
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		hint := ""
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			hint = fmt.Sprintf(": write %q if you meant that", near[0])
		}
		return fmt.Errorf("there is no command %q here%s; see %s --help", args[0], hint, cmd.CommandPath())
	}
	return cmd
}

// oneArg wants exactly one argument and says which.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return fmt.Errorf("give exactly one argument: %s; see %s --help", what, cmd.CommandPath())
	}
}

// someArgs wants one argument or more and says which.
func someArgs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return fmt.Errorf("give at least one argument: %s; see %s --help", what, cmd.CommandPath())
	}
}

// wantsJSON reports whether --json was given.
func wantsJSON(cmd *cobra.Command) bool {
	on, err := cmd.Flags().GetBool("json")
	return err == nil && on
}

// printJSON writes v indented, for people who read it and tools that do not care.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
