package resolvers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware/uplink/resolvers/bustest"
)

const eth0 = 12 // the kernel's number of it in these tests; two digits

// ask asks once, of eth0, and waits longer than anything honest takes, however busy a test's machine is.
func ask(t *testing.T, b *Bus) (Known, error) {
	t.Helper()
	b.Patience = 30 * time.Second
	return b.Ask(t.Context(), "eth0", eth0)
}

// askBriefly is ask with the patience that a Bus has of itself.
func askBriefly(t *testing.T, b *Bus) (Known, error) {
	t.Helper()
	b.Patience = 0
	return b.Ask(t.Context(), "eth0", eth0)
}

// TestOrderOfDaemons: what systemd-resolved knows of the link counts before what NetworkManager knows of it, each of
// them only of this link, and what cannot be reached by it is as good as nothing.
func TestOrderOfDaemons(t *testing.T) {
	bus := bustest.Start(t)
	b := &Bus{Address: bus.Address}
	t.Cleanup(b.Close)
	var resolved, manager *bustest.Daemon
	for _, step := range []struct {
		name string
		do   func()
		want string
		from Origin
	}{
		{"nobody there", func() {}, "", Nobody},
		{"NetworkManager knows nothing", func() { manager = bus.NetworkManager() }, "", Nobody},
		{"NetworkManager knows another interface", func() {
			manager.Tell(bustest.Configuration(bustest.Entry("wlan0", "198.51.100.9"), map[string]any{"nameservers": []string{"198.51.100.8"}}))
		}, "", Nobody},
		{"NetworkManager knows both IP versions", func() {
			manager.Tell(bustest.Configuration(bustest.Entry("wlan0", "198.51.100.9"), bustest.Entry("eth0", "198.51.100.1", "127.0.0.1"), bustest.Entry("eth0", "2001:db8::1#dns.example", "fe80::1", "dns+tls://192.0.2.1", "what?")))
		}, "198.51.100.1:53 [2001:db8::1]:53 [fe80::1%eth0]:53", NetworkManager},
		{"resolved does not know the link", func() { resolved = bus.Resolved() }, "198.51.100.1:53 [2001:db8::1]:53 [fe80::1%eth0]:53", NetworkManager},
		{"resolved knows only its stub", func() { resolved.Tell(bustest.Link(eth0, bustest.Servers("127.0.0.53")...)) }, "198.51.100.1:53 [2001:db8::1]:53 [fe80::1%eth0]:53", NetworkManager},
		{"resolved knows servers", func() {
			resolved.Tell(bustest.Link(eth0, bustest.Servers("192.0.2.1", "192.0.2.2:5353", "fe80::1", "::ffff:192.0.2.3", "192.0.2.1")...))
		}, "192.0.2.1:53 192.0.2.2:5353 [fe80::1%eth0]:53 192.0.2.3:53", Resolved},
		{"an older resolved tells no ports", func() {
			resolved.Tell(bustest.RawLink(eth0, map[string]any{"DNS": []struct {
				Family  int32
				Address []byte
			}{{2, []byte{192, 0, 2, 7}}}}))
		}, "192.0.2.7:53", Resolved},
		{"resolved leaves", func() { resolved.Leave() }, "198.51.100.1:53 [2001:db8::1]:53 [fe80::1%eth0]:53", NetworkManager},
		{"NetworkManager leaves", func() { manager.Leave() }, "", Nobody},
	} {
		step.do()
		k, err := ask(t, b)
		if got := strings.Join(addresses(k.Servers), " "); err != nil || got != step.want || k.From != step.from {
			t.Errorf("%s: %q from %q (%v), want %q from %q", step.name, got, k.From, err, step.want, step.from)
		}
	}
}

// TestLiesAreNamed: a daemon that breaks its word is not believed, and the next one is asked.
func TestLiesAreNamed(t *testing.T) {
	bus := bustest.Start(t)
	b := &Bus{Address: bus.Address}
	t.Cleanup(b.Close)
	resolved, manager := bus.Resolved(), bus.NetworkManager()
	manager.Tell(bustest.Configuration(bustest.Entry("eth0", "198.51.100.1")))
	many := slices.Repeat(bustest.Servers("192.0.2.1", "192.0.2.2"), 50)
	for _, lie := range []struct {
		name string
		told bustest.Told
		says string // "": it is no lie
	}{
		{"no servers at all", bustest.RawLink(eth0, map[string]any{"LLMNR": "yes"}), `has the type ""`},
		{"a word", bustest.RawLink(eth0, map[string]any{"DNSEx": "192.0.2.1"}), `has the type "s"`},
		{"numbers", bustest.RawLink(eth0, map[string]any{"DNSEx": []uint32{1}}), `has the type "au"`},
		{"without a port", bustest.RawLink(eth0, map[string]any{"DNSEx": []struct {
			Family  int32
			Address []byte
		}{{2, []byte{192, 0, 2, 7}}}}), `has the type "a(iay)"`},
		{"an address of three bytes", bustest.Link(eth0, bustest.Server{Family: 2, Address: []byte{192, 0, 2}}), "has 3 bytes in family 2"},
		{"an empty address", bustest.Link(eth0, bustest.Server{Family: 2, Address: []byte{}}), "has 0 bytes in family 2"},
		{"another family", bustest.Link(eth0, bustest.Server{Family: 10, Address: []byte{192, 0, 2, 7}}), "has 4 bytes in family 10"},
		{"a family of nobody's", bustest.Link(eth0, bustest.Server{Family: 1, Address: []byte{192, 0, 2, 7}}), "has 4 bytes in family 1"},
		{"the zero address", bustest.Link(eth0, bustest.Servers("0.0.0.0", "::", "224.0.0.251", "127.0.0.53")...), ""},
		{"a million bytes", bustest.RawLink(eth0, map[string]any{"DNSEx": many, "More": strings.Repeat("x", 1e6)}), errFlood.Error()},
	} {
		resolved.Tell(lie.told)
		k, err := ask(t, b)
		switch {
		case lie.says == "" && err != nil, lie.says != "" && (err == nil || !strings.Contains(err.Error(), lie.says)):
			t.Errorf("%s: %v, want %q", lie.name, err, lie.says)
		case lie.says != errFlood.Error() && (k.From != NetworkManager || len(k.Servers) != 1):
			t.Errorf("%s: %v", lie.name, k)
		case err != nil && !strings.Contains(err.Error(), "ask systemd-resolved for the resolvers of eth0"):
			t.Errorf("%s: who? %v", lie.name, err)
		}
	}
	resolved.Tell(bustest.Link(eth0, many...))
	if k, err := ask(t, b); err != nil || len(k.Servers) != 2 {
		t.Errorf("a hundred servers, two of them different: %v, %v", k, err)
	}
	resolved.Leave()
	for _, lie := range []bustest.Told{
		bustest.RawConfiguration("eth0"), bustest.RawConfiguration([]string{"eth0"}),
		bustest.Configuration(map[string]any{"interface": "eth0", "nameservers": "198.51.100.1"}),
	} {
		manager.Tell(lie)
		if k, err := ask(t, b); err == nil || !strings.Contains(err.Error(), "NetworkManager") || k.From != Nobody {
			t.Errorf("%v: %v, %v", lie, k, err)
		}
	}
}
