package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/uplink"
)

// checkFlags are the flags of check.
type checkFlags struct {
	config    string
	uplink    string
	source    string
	resolvers []string
	ca        string
	timeout   time.Duration
	status    []int
	redirects int
	http2     bool
	body      string
}

func newCheckCmd() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check URL|NAME...",
		Short: "Look once, now, from here",
		Long: `Runs one check once and shows where its time went, whether the answer came from a cache, and how long the
certificate lasts; of several a table. The URL's scheme says what is done:

  https://host/path, http://host/path   request a page
  tls://host:port                       make a full TLS handshake and send nothing
  tcp://host:port                       connect, and wait for --expect-body
  icmp://host                           ping five times; needs net.ipv4.ping_group_range
  dns://server/name?type=A              ask a DNS server, or without server the resolvers

NAME is a check of a config: "service/check", or "service" for all of its checks. The exit code is 0 when everything expected was seen, else 1.`,
		Example: `  edgeprobe check https://www.example.com/
  edgeprobe check https://www.example.com/health --expect-status 200,204 --expect-body '"ok"'
  edgeprobe check http://example.com/ --redirects 3
  edgeprobe check https://www.example.com/ --uplink wwan0 --resolver 192.0.2.53
  edgeprobe check tls://www.example.com icmp://www.example.com 'dns:///www.example.com?type=AAAA'
  edgeprobe check api/home --config my.yaml --json`,
		Args: someArgs("a URL, or the name of a check with --config"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var looks []look
			for _, target := range args {
				more, err := f.plan(cmd, target)
				if err != nil {
					return err
				}
				looks = append(looks, more...)
			}
			return runLooks(cmd, looks)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "config file that NAME is looked up in")
	flags.StringVar(&f.uplink, "uplink", "", "network interface to go out of; with --config the uplink's name (default: all of them)")
	flags.StringVar(&f.source, "source", "", "source address")
	flags.StringSliceVar(&f.resolvers, "resolver", nil, "resolver to ask, ip or ip:port; may be repeated (default: those of /etc/resolv.conf)")
	flags.StringVar(&f.ca, "ca", "", "PEM file of certificate authorities to trust instead of the system's")
	flags.DurationVar(&f.timeout, "timeout", 10*time.Second, "give up after this long")
	flags.IntSliceVar(&f.status, "expect-status", nil, "accepted status codes (default: 200 to 299)")
	flags.StringVar(&f.body, "expect-body", "", "regular expression that the body must match; for tcp what the server says")
	flags.IntVar(&f.redirects, "redirects", 0, "redirects of a web server to follow at most (default: a redirect is the answer)")
	flags.BoolVar(&f.http2, "http2", false, "ask by HTTP/2 instead of HTTP/1.1")
	return cmd
}

// look is one check over one uplink, ready to run.
type look struct {
	target string // for people
	check  firmware.Check
	uplink firmware.Uplink
	probe  probe.Settings
}

// plan turns an argument into what is to be looked at.
func (f checkFlags) plan(cmd *cobra.Command, target string) ([]look, error) {
	if f.config == "" {
		one, err := f.planURL(target)
		return []look{one}, err
	}
	for _, name := range []string{"source", "resolver", "ca", "timeout", "expect-status", "expect-body", "redirects", "http2"} {
		if cmd.Flags().Changed(name) {
			return nil, fmt.Errorf("--%s does not go with --config, which says it already: leave one of them out", name)
		}
	}
	return f.planConfigured(target)
}

// runLooks runs them one after the other, so that they do not disturb each other's timing, and shows each as it ends.
func runLooks(cmd *cobra.Command, looks []look) error {
	clk, err := clock.New(clock.Built())
	if err != nil {
		return err
	}
	paper, good := drawOn(cmd.OutOrStdout()), true
	table := tableOf(looks, paper)
	for _, l := range looks {
		result, err := l.run(cmd.Context(), clk)
		if err != nil {
			return err
		}
		good = good && result.Outcome.OK()
		if wantsJSON(cmd) {
			if err := printJSON(paper, seenOf(l, result, time.Now())); err != nil {
				return err
			}
			continue
		}
		if len(looks) > 1 {
			table.add(l, result)
			continue
		}
		drawResult(paper, l, result, time.Now())
	}
	if !good {
		return errBad
	}
	return nil
}

func (l look) run(ctx context.Context, clk *clock.Clock) (firmware.Result, error) {
	out := uplink.Open(l.uplink)
	_ = out.AskResolvers(ctx) // where the system's daemons tell nothing, its files must do
	prober, err := probe.New(l.check, viaOf(out), clk, l.probe)
	if err != nil {
		return firmware.Result{}, err
	}
	result := prober.Do(ctx)
	if ctx.Err() != nil {
		return result, errors.Join(errors.New("stopped"), prober.Close())
	}
	return result, prober.Close()
}

// viaOf is what a prober measures over.
func viaOf(u *uplink.Uplink) probe.Via {
	return probe.Via{
		Uplink: u.Name(), Dial: u.Dial, Narrow: u.Narrow, ListenPacket: u.ListenPacket, Resolvers: u.ResolversInTurn, PortalAPI: u.PortalAPI,
		Answered: u.Answered, Life: u.Life, State: u.State,
	}
}

// sourceAddr reads --source; empty leaves it to the kernel.
func (f checkFlags) sourceAddr() (netip.Addr, error) {
	if f.source == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(f.source)
	if err != nil {
		return a, fmt.Errorf("--source %q is not an IP address", f.source)
	}
	return a, nil
}
