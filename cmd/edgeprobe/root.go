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
	root.PersistentFlags().Bool("json", false, "print JSON instead of text")
	root.PersistentFlags().String("page", defaultPage, "address of the daemon's status page")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(newCheckCmd(), newStatusCmd(), newWatchCmd(), newConfigCmd(), newFleetCmd(), newDemoCmd(), newReplayCmd(), newVersionCmd())
	return root
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
