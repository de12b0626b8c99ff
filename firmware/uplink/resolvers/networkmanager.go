package resolvers

import (
	"context"
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"
)

// Names of NetworkManager, see its D-Bus API reference, "DnsManager".
const (
	managerName    = "org.freedesktop.NetworkManager"
	dnsManagerPath = "/org/freedesktop/NetworkManager/DnsManager"
)

// askNetworkManager asks NetworkManager for its DNS configuration, which names servers per interface and IP version, the
// most important first.
func askNetworkManager(ctx context.Context, conn *dbus.Conn, of link) (list, error) {
	all, err := properties(ctx, conn, managerName, dnsManagerPath, managerName+".DnsManager")
	if err != nil {
		return list{}, err
	}
	return parseConfiguration(all["Configuration"], of)
}

// parseConfiguration takes the servers of one interface.
func parseConfiguration(v dbus.Variant, of link) (list, error) {
	found := list{link: of}
	entries, ok := v.Value().([]map[string]dbus.Variant)
	if !ok {
		return list{}, fmt.Errorf("its configuration has the type %q, not %q", v.Signature(), "aa{sv}")
	}
	for _, entry := range entries {
		if name, _ := entry["interface"].Value().(string); name != of.name {
			continue
		}
		servers, ok := entry["nameservers"].Value().([]string)
		if !ok && entry["nameservers"].Value() != nil {
			return list{}, fmt.Errorf("a list of servers has the type %q, not %q", entry["nameservers"].Signature(), "as")
		}
		for _, text := range servers {
			// Newer ones may write a scheme; those of DNS over TLS are not ours to ask.
			if s, ok := parseServer(strings.TrimPrefix(text, "dns+udp://")); ok {
				found.add(s)
			}
		}
	}
	return found, nil
}
