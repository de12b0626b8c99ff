package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// defaultPage is where a daemon on this machine serves its page.
const defaultPage = "http://127.0.0.1:9402"

func newRootCmd() *cobra.Command {
	root := &cobra.Command{
		Use:   "edgeprobe",
		Short: "Looks at your service from outside, the way your customers do",
		Long: `edgeprobe looks at a service from outside its provider, over every uplink of this device, agrees with the
devices of other offices, and says the truth on lamps, on a local page and on an MQTT feed.

This is its command line. The appliance itself is edgeprobed.

Exit codes: 0, all is well; 1, what was looked at is not; 2, nothing could be looked at, and standard error says why: the
command line is wrong, a file cannot be read, or no daemon answers.`,
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
		return fmt.Errorf("%w; see %s --help", flagError(err), cmd.CommandPath())
	})
	root.Args = cobra.ArbitraryArgs // so that what is no command comes to the group, which says so
	group(root, newCheckCmd(), newUplinksCmd(), newStatusCmd(), newWatchCmd(), newConfigCmd(), newFleetCmd(), newDemoCmd(), newReplayCmd(), newVersionCmd())
	complete(root)
	return root
}

// flagError says how to write a flag's value, where the library says how it failed to read it.
func flagError(err error) error {
	var bad *pflag.InvalidValueError
	if !errors.As(err, &bad) {
		return err
	}
	how, known := map[string]string{
		"duration": "write it with its unit, like 5s or 800ms",
		"int":      "write a whole number",
		"intSlice": "write whole numbers, like 200,204",
	}[bad.GetFlag().Value.Type()]
	if !known {
		return err
	}
	return fmt.Errorf("--%s %q cannot be read: %s", bad.GetFlag().Name, bad.GetValue(), how)
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
