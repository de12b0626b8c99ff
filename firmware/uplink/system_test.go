package uplink

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"edgeprobe.io/firmware"
)

func addresses(servers []netip.AddrPort) (out []string) {
	for _, s := range servers {
		out = append(out, s.String())
	}
	return out
}

// TestSystemResolvers: the nearer to the link a file is, the more it counts, and a change of it counts at once.
func TestSystemResolvers(t *testing.T) {
	root := t.TempDir()
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	index := strconv.Itoa(lo.Index)
	bound := Open(firmware.Uplink{Name: "a", Interface: "lo", AutoResolvers: true})
	free := Open(firmware.Uplink{Name: "b", AutoResolvers: true})
	bound.root, free.root = root, root
	for _, step := range []struct {
		file, text  string
		bound, free []string
	}{
		{"nothing", "", nil, nil},
		{"etc/resolv.conf", "nameserver 127.0.0.53 # stub\noptions edns0\n", nil, []string{"127.0.0.53:53"}},
		{"run/NetworkManager/resolv.conf", "# by NetworkManager\nsearch lan\nnameserver 192.0.2.1\nnameserver 192.0.2.1\n", []string{"192.0.2.1:53"}, []string{"192.0.2.1:53"}},
		{"run/systemd/resolve/resolv.conf", "nameserver 192.0.2.2\nnameserver fe80::1%eth0\n", []string{"192.0.2.2:53", "[fe80::1%eth0]:53"}, []string{"192.0.2.2:53", "[fe80::1%eth0]:53"}},
		{"run/systemd/netif/links/" + index, "ADMIN_STATE=configured\nDNS=192.0.2.3 192.0.2.4\nNTP=192.0.2.99\n", []string{"192.0.2.3:53", "192.0.2.4:53"}, []string{"192.0.2.2:53", "[fe80::1%eth0]:53"}},
		{"run/systemd/resolve/netif/" + index, "LLMNR=yes\nSERVERS=192.0.2.5#dns.example 192.0.2.6:5353 [2001:db8::1]:53#x\n", []string{"192.0.2.5:53", "192.0.2.6:5353", "[2001:db8::1]:53"}, []string{"192.0.2.2:53", "[fe80::1%eth0]:53"}},
		{"run/systemd/resolve/netif/" + index, "SERVERS=\n", []string{"192.0.2.3:53", "192.0.2.4:53"}, []string{"192.0.2.2:53", "[fe80::1%eth0]:53"}},
	} {
		file := filepath.Join(root, step.file)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(step.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := addresses(bound.Resolvers()); !slices.Equal(got, step.bound) {
			t.Errorf("%s: %v for the link, want %v", step.file, got, step.bound)
		}
		if got := addresses(free.Resolvers()); !slices.Equal(got, step.free) {
			t.Errorf("%s: %v for the machine, want %v", step.file, got, step.free)
		}
	}
}

func FuzzParseResolvers(f *testing.F) {
	f.Add([]byte("nameserver 192.0.2.1\n"), "nameserver")
	f.Add([]byte("SERVERS=192.0.2.5#dns.example [2001:db8::1]:53"), "SERVERS=")
	f.Fuzz(func(t *testing.T, text []byte, word string) {
		for _, s := range parseResolvers(text, word, false) {
			if !s.IsValid() || s.Port() == 0 || s.Addr().IsLoopback() {
				t.Errorf("%v of %q", s, text)
			}
		}
		if n := len(parseResolvers(text, word, true)); n > maxResolvers {
			t.Errorf("%d resolvers", n)
		}
	})
}

// TestPortalAPI: the network's own word is that of the link, where networkd has heard one.
func TestPortalAPI(t *testing.T) {
	root := t.TempDir()
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	links := filepath.Join(root, "run/systemd/netif/links")
	if err := os.MkdirAll(links, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "DNS=192.0.2.3\nXCAPTIVE_PORTAL=https://no.example/\n", "DNS=192.0.2.3\nCAPTIVE_PORTAL=https://portal.example/api\n"} {
		if err := os.WriteFile(filepath.Join(links, strconv.Itoa(lo.Index)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"lo": "", "": "", "nosuch0": ""} {
			if name == "lo" && strings.Contains(text, "\nCAPTIVE") {
				want = "https://portal.example/api"
			}
			u := Open(firmware.Uplink{Name: "a", Interface: name})
			u.root = root
			if got := u.PortalAPI(); got != want {
				t.Errorf("interface %q, %q: %q, want %q", name, text, got, want)
			}
		}
	}
}
