package uplink

import (
	"bytes"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// dnsPort is where the system's resolvers listen (RFC 1035 section 4.2).
const dnsPort = 53

// resolverFile is a file in which the system says which resolvers it was given, and the word that stands before them.
type resolverFile struct{ path, word string }

// resolverFiles are where to look, the best first: what systemd-networkd and systemd-resolved were told of this very
// link, then what systemd-resolved, NetworkManager and resolv.conf(5) say of the whole machine.
func resolverFiles(root string, index int) []resolverFile {
	var files []resolverFile
	if index > 0 {
		i := strconv.Itoa(index)
		files = append(files,
			resolverFile{root + "/run/systemd/resolve/netif/" + i, "SERVERS="},
			resolverFile{root + "/run/systemd/netif/links/" + i, "DNS="})
	}
	return append(files,
		resolverFile{root + "/run/systemd/resolve/resolv.conf", "nameserver"},
		resolverFile{root + "/run/NetworkManager/resolv.conf", "nameserver"},
		resolverFile{root + "/etc/resolv.conf", "nameserver"})
}

// most that is read of such a file, and taken from it.
const (
	maxResolverFile = 64 << 10
	maxResolvers    = 8
)

// systemResolvers returns the resolvers that the system was given for an interface, or for the machine when the
// interface is "". Those on the machine itself are left out for an interface: a socket bound to it cannot reach them.
func systemResolvers(root, name string) []netip.AddrPort {
	for _, f := range resolverFiles(root, interfaceIndex(name)) {
		text, err := os.ReadFile(f.path)
		if err != nil || len(text) > maxResolverFile {
			continue
		}
		if found := parseResolvers(text, f.word, name == ""); len(found) > 0 {
			return found
		}
	}
	return nil
}

// interfaceIndex returns the kernel's number of an interface, or 0.
func interfaceIndex(name string) int {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	index, _ := indexOf(fd, name) // 0 for what is not there
	return int(index)
}

// parseResolvers reads the addresses behind a word at the beginning of a line, each once.
func parseResolvers(text []byte, word string, local bool) (out []netip.AddrPort) {
	for line := range bytes.Lines(text) {
		rest, found := strings.CutPrefix(strings.TrimSpace(string(line)), word)
		if !found {
			continue
		}
		for _, field := range strings.Fields(rest) {
			server, ok := parseResolver(field)
			if ok && (local || !server.Addr().IsLoopback()) && !slices.Contains(out, server) && len(out) < maxResolvers {
				out = append(out, server)
			}
			if word == "nameserver" {
				break // what follows the address is a comment
			}
		}
	}
	return out
}

// parseResolver reads "ip", "ip:port" or "[ip]:port", each with or without the "#name" that a certificate must have.
func parseResolver(s string) (netip.AddrPort, bool) {
	s, _, _ = strings.Cut(s, "#")
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.AddrPortFrom(a.Unmap(), dnsPort), true
	}
	ap, err := netip.ParseAddrPort(s)
	return ap, err == nil && ap.Port() > 0
}
