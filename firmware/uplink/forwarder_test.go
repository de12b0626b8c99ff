package uplink

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

// Where the resolver of these tests listens, and a zone whose name server is dead.
const (
	forwarder = "10.9.0.2"
	deadZone  = "dead.example"
)

// unbound is a resolver's configuration with more to it.
func unbound(t *testing.T, more string) []string {
	t.Helper()
	dir := t.TempDir()
	hints := filepath.Join(dir, "root")
	text := fmt.Sprintf("server:\n  interface: %s\n  access-control: 0.0.0.0/0 allow\n  num-threads: 1\n  chroot: \"\"\n  username: \"\"\n  directory: %q\n  pidfile: \"\"\n"+
		"  use-syslog: no\n  module-config: iterator\n  do-not-query-localhost: no\n  do-ip6: no\n  infra-keep-probing: yes\n  infra-host-ttl: 2\n  root-hints: %q\n"+
		"%sstub-zone:\n  name: %s\n  stub-addr: %s\nremote-control:\n  control-enable: no\n", forwarder, dir, hints, more, deadZone, unheard)
	conf := filepath.Join(dir, "unbound.conf")
	for file, text := range map[string]string{hints: ". 3600 NS a.root.example.\na.root.example. 3600 A 10.9.0.1\n", conf: text} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"unbound", "-d", "-c", conf}
}

// TestResolversWithoutAWayOut: real resolvers, whose own way out is cut. Whatever they make of it (silence, SERVFAIL out of
// their memory, REFUSED) is no word on a name; names of a zone whose servers are dead are, while the rest can be found.
func TestResolversWithoutAWayOut(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	ip(t, pid, "addr add "+forwarder+"/32 dev lo")
	nft(t, pid, "add table inet cut")
	for _, hook := range []string{"input", "output"} { // what is dropped on its way in is never answered, on its way out it fails at once
		nft(t, pid, "add chain inet cut "+hook+" { type filter hook "+hook+" priority 0 ; }")
	}
	for name, c := range map[string]struct {
		command []string
		cut     string
	}{
		"unbound that begins at the root": {unbound(t, ""), "input iifname"},
		"unbound that forwards":           {unbound(t, "forward-zone:\n  name: .\n  forward-addr: 10.9.0.1\n"), "input iifname"},
		"dnsmasq":                         {dnsmasq(), "input iifname"},
		"unbound that cannot even send":   {unbound(t, ""), "output oifname"},
		"dnsmasq that cannot even send":   {dnsmasq(), "output oifname"},
	} {
		t.Run(name, func(t *testing.T) {
			start(t, pid, c.command)
			u := Open(firmware.Uplink{Name: "up0", Interface: "a0", Resolvers: []netip.AddrPort{netip.MustParseAddrPort(forwarder + ":53")}})
			look := looks(t, u)
			until(t, "it answers", func() bool { return look("shop.example").Outcome.OK() })
			if r := look("shop." + deadZone); !r.Outcome.Bad() {
				t.Errorf("a name whose servers are dead: %v, %s", r.Outcome, r.Detail)
			}
			for _, transport := range []string{"udp", "tcp"} {
				nft(t, pid, "add rule inet cut "+c.cut+" lo "+transport+" dport 53 drop")
			}
			seen := map[string]int{}
			for i := range 6 { // each name anew: what was learned before the cut is still known
				r := look(fmt.Sprintf("shop%d.example", i))
				seen[r.Outcome.String()+": "+r.Detail]++
				if r.Outcome != firmware.OutcomeDeadResolver {
					t.Errorf("run %d behind the cut: %v, %s", i, r.Outcome, r.Detail)
				}
			}
			t.Logf("behind the cut: %v", seen)
			nft(t, pid, "flush table inet cut")
			until(t, "it answers again", func() bool { return look("shop.example").Outcome.OK() })
		})
	}
}

func dnsmasq() []string {
	return []string{"dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--listen-address=" + forwarder, "--bind-interfaces",
		"--server=10.9.0.1", "--server=/" + deadZone + "/" + unheard}
}

// looks returns a look at a name's address over the uplink.
func looks(t *testing.T, u *Uplink) func(name string) firmware.Result {
	return func(name string) firmware.Result {
		t.Helper()
		check := firmware.Check{Kind: "dns", Timeout: 900 * time.Millisecond, DNS: &firmware.DNSCheck{Name: name, Type: "A"}}
		return over(t, u, check).Do(t.Context())
	}
}

// until waits for something, generously.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !so(); {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// start runs a program in the namespace of process pid until the test ends.
func start(t *testing.T, pid int, command []string) {
	t.Helper()
	path, err := exec.LookPath(command[0])
	if err != nil {
		path = "/usr/sbin/" + command[0] // not on everybody's path
	}
	cmd := exec.Command("nsenter", append([]string{"-t", itoa(pid), "-n", path}, command[1:]...)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait() // killed
	})
}
