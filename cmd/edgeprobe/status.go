package main

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"edgeprobe.io/firmware/statuspage"
)

func newStatusCmd() *cobra.Command {
	return withPage(&cobra.Command{
		Use:   "status",
		Short: "Print what a running daemon says",
		Example: `  edgeprobe status
  edgeprobe status --page http://10.0.0.7:9402 --json | jq .services[0].status`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			page, base, err := openPage(cmd)
			if err != nil {
				return err
			}
			defer page.Close()
			v, err := page.View(cmd.Context())
			if err != nil {
				return explain(err, base)
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), v)
			}
			return drawStatus(drawOn(cmd.OutOrStdout()), v)
		},
	})
}

// withPage lets cmd be told whose page to ask.
func withPage(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().String("page", defaultPage, "address of the daemon's status page")
	return cmd
}

// openPage returns a client of the page that --page names, and that address.
func openPage(cmd *cobra.Command) (page *statuspage.Client, base string, err error) {
	if base, err = cmd.Flags().GetString("page"); err != nil {
		return nil, "", err
	}
	page, err = statuspage.NewClient(base)
	return page, base, err
}

// explain tells the commonest failure, that nobody listens, in words that mend it.
func explain(err error, base string) error {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("no daemon answers at %s: start one with edgeprobed --config FILE, or name another page with --page", base)
	}
	return fmt.Errorf("%w (at %s)", err, base)
}
