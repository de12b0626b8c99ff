package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/spf13/cobra"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/config"
	"edgeprobe.io/firmware/uplink"
	"edgeprobe.io/firmware/uplink/resolvers"
)

// wayOut is one uplink as `uplinks` shows it.
type wayOut struct {
	Name      string `json:"name"`
	Interface string `json:"interface,omitempty"`
	Metered   bool   `json:"metered,omitempty"`
	uplink.Seen
	naming
	portal
	Resolvers []netip.AddrPort `json:"resolvers"`
	From      resolvers.Origin `json:"resolvers_from,omitempty"` // who named them: config, systemd-resolved, NetworkManager or a file's path
	Month     *monthly         `json:"month,omitempty"`          // nil: no daemon with this config has counted
}

// monthly is what an uplink has carried, as the daemon last wrote it down.
type monthly struct {
	Month     string `json:"month,omitempty"` // like 2026-11, UTC; "" while no trusted clock has told it
	Bytes     int64  `json:"bytes"`
	Allowance int64  `json:"allowance,omitempty"` // 0: no bound
}

func newUplinksCmd() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "uplinks",
		Short: "Show the ways out of this device: state, addresses, route, resolvers, bytes",
		Long: `Shows what the kernel says of each way out now, and what the daemon has counted this month. Without a config it
shows this machine's interfaces. Each resolver of an uplink of the config that is up is asked for a name that nobody
has, and where the config names a portal check, it is run once. With --json the uplinks are one list.

The exit code is 0, or 1 when an uplink of the config cannot carry anything, leads to a captive portal, or has no resolver
that works.`,
		Example: "  edgeprobe uplinks --config my.yaml\n  edgeprobe uplinks --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ways, err := waysOut(cmd.Context(), file)
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				err = printJSON(cmd.OutOrStdout(), ways)
			} else {
				err = drawUplinks(drawOn(cmd.OutOrStdout()), ways)
			}
			for _, w := range ways {
				if err == nil && file != "" && (!w.Up || w.Portal != "" || w.deaf) {
					return errBad
				}
			}
			return err
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "config file whose uplinks are shown")
	return cmd
}

// waysOut looks at the uplinks of a config, or at this machine's interfaces.
func waysOut(ctx context.Context, file string) ([]wayOut, error) {
	if file == "" {
		return interfaces(ctx)
	}
	cfg, err := config.Load(file)
	if err != nil {
		return nil, err
	}
	ways := []wayOut{}
	for _, u := range cfg.Uplinks {
		w, out := lookAt(ctx, u)
		if w.Up {
			if err := w.tryPortal(ctx, cfg, u); err != nil {
				return nil, err
			}
			if err := w.wakeResolvers(ctx, out); err != nil {
				return nil, err
			}
		}
		book, err := uplink.ReadBook(cfg.Store.Dir, u.Name)
		if err != nil {
			return nil, fmt.Errorf("%w; the daemon writes it anew when it starts", err)
		}
		if book != (uplink.Book{}) {
			w.Month = &monthly{Month: book.Month, Bytes: book.Spent(), Allowance: u.Allowance}
		}
		ways = append(ways, w)
	}
	return ways, nil
}

func interfaces(ctx context.Context) ([]wayOut, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	ways := []wayOut{}
	for _, i := range all {
		if i.Flags&net.FlagLoopback == 0 {
			w, _ := lookAt(ctx, firmware.Uplink{Name: i.Name, Interface: i.Name, AutoResolvers: true})
			ways = append(ways, w)
		}
	}
	return ways, nil
}

// lookAt opens an uplink and reads what the kernel and, where the system has a say in its resolvers, the system's daemons
// tell of it. Where those tell nothing, the origin shows it.
func lookAt(ctx context.Context, u firmware.Uplink) (wayOut, *uplink.Uplink) {
	out := uplink.Open(u)
	_ = out.AskResolvers(ctx)
	known := out.Known()
	w := wayOut{Name: u.Name, Interface: u.Interface, Metered: u.Metered, Seen: out.Look(), Resolvers: []netip.AddrPort{}, From: known.From}
	w.Resolvers = append(w.Resolvers, known.Servers...)
	return w, out
}
