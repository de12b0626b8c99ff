package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
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

Names are asked of the resolvers; /etc/hosts is not read, and localhost is this machine. With --config, NAME is a check of that file: SERVICE/CHECK, or
SERVICE for all of its checks; control/NAME, or control for what proves that this device is online; without NAME, all
that there are.

The exit code is 0 when everything expected was seen, 1 when not, and 2 when nothing could be looked at, because the
command line or the config is wrong. With --json each check is an object, one after the other, also where there are
several; its "outcome" is one of a closed list, times are in milliseconds, and what is not known is left out.`,
		Example: `  edgeprobe check https://www.example.com/
  edgeprobe check https://www.example.com/health --expect-status 200,204 --expect-body '"ok"'
  edgeprobe check http://example.com/ --redirects 3
  edgeprobe check https://www.example.com/ --uplink wwan0 --resolver 192.0.2.53
  edgeprobe check tls://www.example.com icmp://www.example.com 'dns:///www.example.com?type=AAAA'
  edgeprobe check --config my.yaml
  edgeprobe check api/home --config my.yaml --json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.config != "" {
				return nil
			}
			return someArgs("a URL, or --config FILE and the name of a check in it")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var looks []look
			if len(args) == 0 {
				args = []string{everything}
			}
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
	flags.StringSliceVar(&f.resolvers, "resolver", nil, "resolver to ask, ip or ip:port; may be repeated (default: those that the system was given for the interface of --uplink, or those of /etc/resolv.conf)")
	flags.StringVar(&f.ca, "ca", "", "PEM file of certificate authorities to trust instead of the system's")
	flags.DurationVar(&f.timeout, "timeout", 10*time.Second, "give up after this long, 50ms to 60s")
	flags.IntSliceVar(&f.status, "expect-status", nil, "accepted status codes (default: 200 to 299)")
	flags.StringVar(&f.body, "expect-body", "", "regular expression that the body must match; for tcp what the server says")
	flags.IntVar(&f.redirects, "redirects", 0, "redirects of a web server to follow at most (default: a redirect is the answer)")
	flags.BoolVar(&f.http2, "http2", false, "ask by HTTP/2 instead of HTTP/1.1")
	return cmd
}

// plan turns an argument into what is to be looked at.
func (f checkFlags) plan(cmd *cobra.Command, target string) ([]look, error) {
	if f.config == "" {
		if err := f.inRange(); err != nil {
			return nil, err
		}
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
