package bustest

import (
	"fmt"
	"net/netip"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// Told is what a daemon tells of one of its objects.
type Told struct {
	path       dbus.ObjectPath
	properties map[string]dbus.Variant
}

// Server is one entry of systemd-resolved's DNSEx, of the type (iayqs).
type Server struct {
	Family  int32
	Address []byte
	Port    uint16 // 0: the usual one
	Name    string // that its certificate must have; ""
}

// plain is one entry of systemd-resolved's DNS, of the type (iay).
type plain struct {
	Family  int32
	Address []byte
}

// Servers returns entries for addresses such as "192.0.2.1" or "[2001:db8::1]:5353".
func Servers(texts ...string) []Server {
	out := []Server{}
	for _, s := range texts {
		ap, err := netip.ParseAddrPort(s)
		if err != nil {
			ap = netip.AddrPortFrom(netip.MustParseAddr(s), 0)
		}
		family := int32(unix.AF_INET6)
		if ap.Addr().Is4() {
			family = unix.AF_INET
		}
		out = append(out, Server{family, ap.Addr().AsSlice(), ap.Port(), ""})
	}
	return out
}

// Link is what systemd-resolved tells of a link.
func Link(index int, servers ...Server) Told {
	old := []plain{}
	for _, s := range servers {
		old = append(old, plain{s.Family, s.Address})
	}
	return RawLink(index, map[string]any{
		"ScopesMask": uint64(1), "DefaultRoute": true, "DNSEx": append([]Server{}, servers...), "DNS": old,
		"Domains": []struct {
			Name  string
			Route bool
		}{{"example.com", false}},
	})
}

// RawLink is what systemd-resolved tells of a link, in any form.
func RawLink(index int, values map[string]any) Told { return Told{linkPath(index), variants(values)} }

// linkPath begins with a digit, which systemd escapes.
func linkPath(index int) dbus.ObjectPath {
	s := fmt.Sprint(index)
	return dbus.ObjectPath(fmt.Sprintf("%s/link/_%02x%s", resolvedPath, s[0], s[1:]))
}

// Configuration is what NetworkManager tells: an entry for each of its interfaces and IP versions.
func Configuration(entries ...map[string]any) Told {
	all := []map[string]dbus.Variant{}
	for _, e := range entries {
		all = append(all, variants(e))
	}
	return RawConfiguration(all)
}

// RawConfiguration is what NetworkManager tells, in any form.
func RawConfiguration(v any) Told {
	return Told{dnsManagerPath, variants(map[string]any{"Mode": "default", "RcManager": "file", "Configuration": v})}
}

// Entry is one of [Configuration].
func Entry(name string, servers ...string) map[string]any {
	return map[string]any{"interface": name, "nameservers": servers, "priority": int32(100), "vpn": false}
}

func variants(values map[string]any) map[string]dbus.Variant {
	out := map[string]dbus.Variant{}
	for k, v := range values {
		out[k] = dbus.MakeVariant(v)
	}
	return out
}
