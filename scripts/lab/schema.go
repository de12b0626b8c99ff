package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"edgeprobe.io/scripts/lab/scenario"
)

func newSchemaCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a scenario",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(cmd.OutOrStdout(), scenario.Schema())
			return err
		},
	}
}
