package yardstick

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"edgeprobe.io/firmware/statuspage"
)

// Checks is how many checks a device under measure has; 3 controls come to them.
const Checks = 40

// Device is what a daemon under measure has to do: 10 services of 4 checks each, and 3 controls each 10 s, over unmetered
// uplinks, without a broker.
type Device struct {
	To       Target
	Sources  []string // the source addresses of its uplinks
	Interval time.Duration
	Full     bool   // every handshake in full
	Keys     string // further keys of each check, like "keep: true"
	Dark     string // "ip:port" that swallows everything: the second half of the services is there; "": none is
}

// Write writes the device's config, with everything that it names, below dir, and returns its file. The status page is
// to listen on page.
func (d Device) Write(dir, page string) (string, error) {
	file := filepath.Join(dir, "bench.yaml")
	for name, text := range map[string]string{filepath.Join(dir, "ca.pem"): d.To.CA, file: d.config(filepath.Join(dir, "store"), page)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return "", fmt.Errorf("write bench config: %w", err)
		}
	}
	return file, nil
}

func (d Device) config(store, page string) string {
	var facts, uplinks, services strings.Builder
	for i, source := range d.Sources {
		fmt.Fprintf(&facts, "{name: u%d, network: net-%d}, ", i, i)
		fmt.Fprintf(&uplinks, "  - {name: u%d, source: %s, resolvers: [\"127.0.0.1:1\"]}\n", i, source)
	}
	for service := range Checks / 4 {
		fmt.Fprintf(&services, "  - name: service-%d\n    checks:\n", service)
		at := d.To.Address
		if d.Dark != "" && service >= Checks/8 {
			at = d.Dark
		}
		for i, role := range []string{"edge", "edge", "edge", "origin"} {
			fmt.Fprintf(&services, "      - {name: %s-%d, kind: http, role: %s, %s}\n",
				role, i, role, d.check(at, fmt.Sprintf("%d/%d", service, i), d.Interval, d.Keys))
		}
	}
	services.WriteString("controls:\n")
	for i := range 3 {
		fmt.Fprintf(&services, "  - {name: control-%d, kind: http, %s}\n", i, d.check(d.To.Address, fmt.Sprintf("control/%d", i), 10*time.Second, ""))
	}
	return fmt.Sprintf(`device: bench
fleet:
  - {id: bench, site: bench, region: eu, uplinks: [%s]}
uplinks:
%strust: file:ca.pem
probe: {resume: %t}
store: {dir: %q}
statuspage: {listen: %q}
services:
%s`, facts.String(), uplinks.String(), !d.Full, store, page, services.String())
}

// check is what of a check is not its name: everybody asks for the address, so that nobody is asked for a name.
func (d Device) check(at, path string, interval time.Duration, keys string) string {
	_, port, _ := net.SplitHostPort(at)
	if keys != "" {
		keys = ", " + keys
	}
	return fmt.Sprintf("url: \"https://%s:%s/%s\", address: \"%s\", interval: %s%s", Host, port, path, at, interval, keys)
}

// Measured asks the daemon's page whether it does the work that it is measured at: every check over every uplink has
// run, and all but the dark ones were good.
func (d Device) Measured(ctx context.Context, page string) error {
	v, err := d.view(ctx, page)
	if err != nil {
		return err
	}
	return d.measured(v)
}

func (d Device) view(ctx context.Context, page string) (statuspage.View, error) {
	client, err := statuspage.NewClient(page)
	if err != nil {
		return statuspage.View{}, err
	}
	defer client.Close()
	return client.View(ctx)
}

func (d Device) measured(view statuspage.View) error {
	good, want := 0, Checks*len(d.Sources)
	if d.Dark != "" {
		want /= 2
	}
	for _, s := range view.Services {
		for _, c := range s.Checks {
			if c.Outcome.OK() {
				good++
			}
		}
	}
	if good != want {
		return fmt.Errorf("measure daemon: %d of its checks are good, not %d: its figures say nothing", good, want)
	}
	return nil
}
