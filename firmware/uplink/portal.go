package uplink

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// maxPortalFile is how many bytes networkd's file of a link may have.
const maxPortalFile = 64 << 10

// PortalAPI returns the URL by which the uplink's network tells of its captive portal, as systemd-networkd has heard
// it by DHCP or router advertisement (RFC 8910); "" when it heard none, or is older than systemd 254, which was the
// first to write it down. It is a stranger's word.
func (u *Uplink) PortalAPI() string {
	index := interfaceIndex(u.facts.Interface)
	if u.facts.Interface == "" || index == 0 {
		return ""
	}
	text, err := os.ReadFile(u.root + "/run/systemd/netif/links/" + strconv.Itoa(index))
	if err != nil || len(text) > maxPortalFile {
		return ""
	}
	for line := range bytes.Lines(text) {
		if api, found := strings.CutPrefix(strings.TrimSpace(string(line)), "CAPTIVE_PORTAL="); found {
			return api
		}
	}
	return ""
}
