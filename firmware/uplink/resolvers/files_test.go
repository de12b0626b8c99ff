package resolvers

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func addresses(servers []netip.AddrPort) (out []string) {
	for _, s := range servers {
		out = append(out, s.String())
	}
	return out
}

// TestOfFiles: the nearer to the link a file is, the more it counts, a change of it counts at once, and what this link
// cannot reach does not count.
func TestOfFiles(t *testing.T) {
	root := t.TempDir()
	const conf, manager, machine = "/etc/resolv.conf", "/run/NetworkManager/resolv.conf", "/run/systemd/resolve/resolv.conf"
	const networkd, link = "/run/systemd/netif/links/7", "/run/systemd/resolve/netif/7"
	two, eight := []string{"192.0.2.2:53", "[fe80::1%eth0]:53"}, []string{"192.0.2.2:53", "[fe80::1%eth0]:53", "[fe80::2%wlan0]:53"}
	for _, step := range []struct {
		file, text      string
		bound, free     []string
		boundBy, freeBy Origin
	}{
		{"/nothing", "", nil, nil, "", ""},
		{conf, "nameserver 127.0.0.53 # stub\noptions edns0\n", nil, []string{"127.0.0.53:53"}, "", conf},
		{manager, "# by NetworkManager\nsearch lan\nnameserver 192.0.2.1\nnameserver ::ffff:192.0.2.1\n", []string{"192.0.2.1:53"}, []string{"192.0.2.1:53"}, manager, manager},
		{machine, "nameserver 192.0.2.2\nnameserver fe80::1%eth0\nnameserver fe80::2%wlan0\n", two, eight, machine, machine},
		{networkd, "ADMIN_STATE=configured\nDNS=192.0.2.3 fe80::1%7 192.0.2.4:54%7#a.example\nNTP=192.0.2.99\n", []string{"192.0.2.3:53", "[fe80::1%eth0]:53", "192.0.2.4:54"}, eight, networkd, machine},
		{link, "LLMNR=yes\nSERVERS=192.0.2.5#dns.example 192.0.2.6:5353 [2001:db8::1]:53#x [fe80::3]:53%eth0 0.0.0.0 224.0.0.1\n", []string{"192.0.2.5:53", "192.0.2.6:5353", "[2001:db8::1]:53", "[fe80::3%eth0]:53"}, eight, link, machine},
		{link, "SERVERS=\n", []string{"192.0.2.3:53", "[fe80::1%eth0]:53", "192.0.2.4:54"}, eight, networkd, machine},
	} {
		path := filepath.Join(root, step.file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(step.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if k := OfFiles(root, "eth0", 7); !slices.Equal(addresses(k.Servers), step.bound) || k.From != step.boundBy {
			t.Errorf("%s: %v from %q for the link, want %v from %q", step.file, k.Servers, k.From, step.bound, step.boundBy)
		}
		if k := OfFiles(root, "", 0); !slices.Equal(addresses(k.Servers), step.free) || k.From != step.freeBy {
			t.Errorf("%s: %v from %q for the machine, want %v from %q", step.file, k.Servers, k.From, step.free, step.freeBy)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add([]byte("nameserver 192.0.2.1\n"), "nameserver")
	f.Add([]byte("SERVERS=192.0.2.5#dns.example [2001:db8::1]:53 [fe80::1]:53%2 192.0.2.1%3"), "SERVERS=")
	f.Fuzz(func(t *testing.T, text []byte, word string) {
		reachable(t, parseFile(text, word, link{"eth0", 7}))
		if n := len(parseFile(text, word, link{})); n > maxServers {
			t.Errorf("%d resolvers", n)
		}
	})
}

// reachable holds what is promised of every list for a link called eth0.
func reachable(t *testing.T, servers []netip.AddrPort) {
	t.Helper()
	if len(servers) > maxServers {
		t.Errorf("%d resolvers", len(servers))
	}
	for i, s := range servers {
		a := s.Addr()
		switch {
		case !s.IsValid(), s.Port() == 0, a.IsLoopback(), a.IsUnspecified(), a.IsMulticast(), a.Is4In6():
			t.Errorf("%v is no server for eth0", s)
		case a.IsLinkLocalUnicast() && a.Is6() && a.Zone() != "eth0":
			t.Errorf("%v is not on eth0", s)
		case slices.Contains(servers[:i], s):
			t.Errorf("%v twice", s)
		}
	}
}
