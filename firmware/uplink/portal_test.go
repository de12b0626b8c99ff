package uplink

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"edgeprobe.io/firmware"
)

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
