package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"edgeprobe.io/scripts/lab/fault"
)

func newFaultsCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "faults",
		Short: "List what the lab can do to its world, with the parameters",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, v := range fault.Verbs() {
				fmt.Fprintf(w, "%s\t%s\n", v.Name, v.About)
				for _, p := range v.Params {
					must := ""
					if p.Required {
						must = " (needed)"
					}
					fmt.Fprintf(w, "\t  %s: %s%s\n", p.Name, p.About, must)
				}
			}
			return w.Flush()
		},
	}
}
