package main

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"strings"
)

// dnsPort is where resolvers listen when nothing else is said (RFC 1035 section 4.2).
const dnsPort = 53

// parseResolvers reads "ip" or "ip:port" each.
func parseResolvers(texts []string) ([]netip.AddrPort, error) {
	var out []netip.AddrPort
	for _, s := range texts {
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.AddrPortFrom(a, dnsPort))
			continue
		}
		ap, err := netip.ParseAddrPort(s)
		if err != nil {
			return nil, fmt.Errorf("--resolver %q is not an address: write it like 192.0.2.53 or [2001:db8::53]:5353", s)
		}
		out = append(out, ap)
	}
	return out, nil
}

// systemResolvers reads the nameserver lines of a resolv.conf(5). A file that is missing or names none means the
// resolver on this machine, as it does to the C library.
func systemResolvers(file string) ([]netip.AddrPort, error) {
	f, err := os.Open(file)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("read resolvers: %w", err)
	}
	var out []netip.AddrPort
	if err == nil {
		defer f.Close()
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			words := strings.Fields(lines.Text())
			if len(words) < 2 || words[0] != "nameserver" {
				continue
			}
			if a, err := netip.ParseAddr(words[1]); err == nil {
				out = append(out, netip.AddrPortFrom(a, dnsPort))
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("read resolvers: %w", err)
		}
	}
	if len(out) == 0 {
		out = []netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), dnsPort)}
	}
	return out, nil
}
