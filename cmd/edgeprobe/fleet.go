package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/config"
	"edgeprobe.io/firmware/identity"
)

func newFleetCmd() *cobra.Command {
	return group(&cobra.Command{
		Use:   "fleet",
		Short: "Keep the list of your devices, with a key and a config for each",
		Long: `Keep a directory that describes your fleet: fleet.yaml, the list of all devices, and per device a config
and a private key. Copy fleet.yaml, DEVICE.yaml and DEVICE.key to each device, and fleet.yaml again to all
whenever it changes. Nothing that exists is overwritten but fleet.yaml, which only grows.`,
		Example: `  edgeprobe fleet init offices
  edgeprobe fleet add offices newyork --site newyork --region us --uplink eth0=isp-a --uplink wwan0=mobile-b,metered
  edgeprobe fleet add offices berlin --site berlin --region eu --uplink eth0=dsl
  edgeprobe fleet show offices`,
	}, newFleetInitCmd(), newFleetAddCmd(), newFleetShowCmd())
}

// fleetFile is the list's name in a fleet's directory.
const fleetFile = "fleet.yaml"

func newFleetInitCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "init DIR",
		Short:   "Make a directory with an empty fleet",
		Example: "  edgeprobe fleet init offices",
		Args:    oneArg("the fleet's directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := filepath.Join(args[0], fleetFile)
			if err := os.MkdirAll(args[0], 0o700); err != nil {
				return fmt.Errorf("make fleet directory: %w", err)
			}
			if err := createFile(path, config.FormatFleet(nil)); err != nil {
				return fmt.Errorf("write %s: %w", path, err)
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), map[string]string{"fleet": path})
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: an empty fleet; go on with edgeprobe fleet add %s DEVICE\n", path, args[0])
			return err
		},
	}
}

func newFleetAddCmd() *cobra.Command {
	var d firmware.Device
	var uplinks, resolvers []string
	cmd := &cobra.Command{
		Use:   "add DIR DEVICE --site S --region R [--uplink NAME=NETWORK[,metered][,risk=TAG]]...",
		Short: "Add a device: its entry, its key and a config to begin with",
		Long: `Add DEVICE to the fleet in DIR and write DEVICE.key (private) and DEVICE.yaml beside it.
An uplink's network is a label for whose wire it is; uplinks with the same one, or with a risk tag in common
(a router, a mast), count once when an outage is confirmed.`,
		Example: `  edgeprobe fleet add offices newyork --site newyork --region us --uplink eth0=isp-a --uplink wwan0=mobile-b,metered,risk=mast-7`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("give two arguments: the fleet's directory and the device's name; see %s --help", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			d.ID, d.Uplinks = args[1], nil
			for _, text := range uplinks {
				fact, err := parseUplink(text)
				if err != nil {
					return err
				}
				d.Uplinks = append(d.Uplinks, fact)
			}
			if err := addDevice(args[0], d, resolvers); err != nil {
				return sayProblems(cmd, err)
			}
			return sayAdded(cmd, args[0], d.ID)
		},
	}
	cmd.Flags().StringVar(&d.Site, "site", "", "the office it stands in")
	cmd.Flags().StringVar(&d.Region, "region", "", "the office's region, like us or eu")
	cmd.Flags().StringArrayVar(&uplinks, "uplink", []string{"eth0=isp-a"}, "a way out: NAME=NETWORK[,metered][,risk=TAG]...; may be repeated")
	cmd.Flags().StringArrayVar(&resolvers, "resolver", config.PublicResolvers(), "a DNS server for its config; may be repeated")
	for _, flag := range []string{"site", "region"} {
		cobra.CheckErr(cmd.MarkFlagRequired(flag))
	}
	return cmd
}

// parseUplink reads NAME=NETWORK[,metered][,risk=TAG]...; names are checked with the whole fleet.
func parseUplink(text string) (firmware.UplinkFact, error) {
	parts := strings.Split(text, ",")
	name, network, ok := strings.Cut(parts[0], "=")
	fact := firmware.UplinkFact{Name: name, Network: network}
	for _, part := range parts[1:] {
		risk, isRisk := strings.CutPrefix(part, "risk=")
		if isRisk {
			fact.SharedRisk = append(fact.SharedRisk, risk)
		}
		fact.Metered = fact.Metered || part == "metered"
		ok = ok && (isRisk || part == "metered")
	}
	if !ok {
		return fact, fmt.Errorf("--uplink %q: write it like wwan0=mobile-b or wwan0=mobile-b,metered,risk=mast-7", text)
	}
	return fact, nil
}

// sayAdded says what was written and what to do with it.
func sayAdded(cmd *cobra.Command, dir, id string) error {
	at := func(suffix string) string { return filepath.Join(dir, id+suffix) }
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]string{
			"device": id, "config": at(".yaml"), "key": at(".key"), "fleet": filepath.Join(dir, fleetFile),
		})
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: added; put your services into %s, then copy it to the device with %s and %s\n",
		id, at(".yaml"), at(".key"), filepath.Join(dir, fleetFile))
	return err
}

func newFleetShowCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "show DIR",
		Short:   "List the devices of a fleet",
		Example: "  edgeprobe fleet show offices",
		Args:    oneArg("the fleet's directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			list := filepath.Join(args[0], fleetFile)
			if _, err := os.Stat(list); errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("there is no %s; begin a fleet with edgeprobe fleet init %s", list, args[0])
			}
			devices, err := config.LoadFleet(list)
			if err != nil {
				return sayProblems(cmd, err)
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), fleetJSON(devices))
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "DEVICE\tSITE\tREGION\tUPLINKS\tKEY")
			for _, d := range devices {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", d.ID, d.Site, d.Region, uplinkWords(d.Uplinks), keyWord(d.Key))
			}
			return w.Flush()
		},
	}
}

// sayProblems prints the problems of a file as they are, a line each.
func sayProblems(cmd *cobra.Command, err error) error {
	var problems config.Errors
	if !errors.As(err, &problems) {
		return err
	}
	fmt.Fprintln(cmd.ErrOrStderr(), problems)
	return errBad
}

func uplinkWords(uplinks []firmware.UplinkFact) string {
	words := make([]string, len(uplinks))
	for i, u := range uplinks {
		words[i] = u.Name + " (" + u.Network
		if u.Metered {
			words[i] += ", metered"
		}
		for _, risk := range u.SharedRisk {
			words[i] += ", risk " + risk
		}
		words[i] += ")"
	}
	return strings.Join(words, ", ")
}

func keyWord(key []byte) string {
	if key == nil {
		return "none"
	}
	return identity.FormatPublic(key)
}

// shownDevice is a device as `fleet show --json` prints it: its key in the text form of the file.
type shownDevice struct {
	firmware.Device
	Key string `json:"key,omitempty"`
}

func fleetJSON(devices []firmware.Device) []shownDevice {
	shown := make([]shownDevice, len(devices))
	for i, d := range devices {
		shown[i].Device = d
		if d.Key != nil {
			shown[i].Key = identity.FormatPublic(d.Key)
		}
	}
	return shown
}
