package resolvers

import (
	"bytes"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// file is one in which the system says which resolvers it was given, and the word that stands before them.
type file struct{ path, word string }

// files are where to look, the best first: what systemd-networkd and systemd-resolved were told of this very link,
// then what systemd-resolved, NetworkManager and resolv.conf(5) say of the whole machine.
func files(index int) []file {
	var out []file
	if index > 0 {
		i := strconv.Itoa(index)
		out = append(out, file{"/run/systemd/resolve/netif/" + i, "SERVERS="}, file{"/run/systemd/netif/links/" + i, "DNS="})
	}
	return append(out,
		file{"/run/systemd/resolve/resolv.conf", nameserver},
		file{"/run/NetworkManager/resolv.conf", nameserver},
		file{"/etc/resolv.conf", nameserver})
}

const (
	nameserver = "nameserver"
	maxFile    = 64 << 10 // bytes that such a file may have
)

// OfFiles returns what the system's files tell now of the interface with that name and the kernel's number of it, or of
// the whole machine when the name is "". The root is "" but in tests. It reads at most five small files, and needs no
// daemon.
func OfFiles(root, name string, index int) Known {
	for _, f := range files(index) {
		text, err := os.ReadFile(root + f.path)
		if err != nil || len(text) > maxFile {
			continue
		}
		if found := parseFile(text, f.word, link{name, index}); len(found) > 0 {
			return Known{found, Origin(f.path)}
		}
	}
	return Known{}
}

// parseFile reads the servers behind a word at the beginning of a line.
func parseFile(text []byte, word string, of link) []netip.AddrPort {
	found := list{link: of}
	for line := range bytes.Lines(text) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(string(line)), word)
		if !ok {
			continue
		}
		for _, field := range strings.Fields(rest) {
			if s, ok := parseServer(field); ok {
				found.add(s)
			}
			if word == nameserver {
				break // what follows the address is a comment
			}
		}
	}
	return found.out
}
