package world

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"edgeprobe.io/scripts/lab/wires"
)

// Controls returns the nodes of the positive controls.
func Controls() []string { return controlNodes() }

// AddressOf returns a node's IPv4 address.
func (w *World) AddressOf(node string) netip.Addr { return w.atlas.leaf[node].v4 }

// LeftAddress returns an address of the provider's where nothing is any more.
func (w *World) LeftAddress() netip.Addr { return netip.MustParseAddr("198.51.100.9") }

// PublicOf returns the addresses that sites are seen under from outside.
func (w *World) PublicOf(sites ...string) (all []netip.Prefix) {
	for _, d := range w.Topology.Devices {
		if !slices.Contains(sites, d.Site) {
			continue
		}
		for _, u := range d.Uplinks {
			public := w.atlas.leaf[u.Network]
			all = append(all, netip.PrefixFrom(public.v4, 32), netip.PrefixFrom(w.atlas.dev[[2]string{d.ID, u.Name}].device.v6, 128))
		}
	}
	return all
}

// LinksOf returns the uplinks of sites' devices.
func (w *World) LinksOf(sites ...string) (all []string) {
	for _, d := range w.Topology.Devices {
		for _, u := range d.Uplinks {
			if slices.Contains(sites, d.Site) {
				all = append(all, UplinkLink(d.ID, u.Name))
			}
		}
	}
	return all
}

// NetworksOf returns the ISPs of a region.
func (w *World) NetworksOf(region string) (all []string) {
	for _, isp := range w.Topology.Networks() {
		if w.Topology.regionOf(isp) == region {
			all = append(all, isp)
		}
	}
	return all
}

// uplink takes the name of an uplink's link apart.
func (w *World) uplink(name string) (isp string, l link, err error) {
	device, uplink, _ := strings.Cut(name, "/")
	d, _ := w.Topology.Device(device)
	i := slices.IndexFunc(d.Uplinks, func(u Uplink) bool { return u.Name == uplink })
	if i < 0 {
		return "", link{}, fmt.Errorf("there is no uplink %q", name)
	}
	return d.Uplinks[i].Network, w.atlas.dev[[2]string{device, uplink}], nil
}

// ChangeAddress gives a device another address on an uplink.
func (w *World) ChangeAddress(ctx context.Context, uplink string) (wires.Undo, error) {
	_, l, err := w.uplink(uplink)
	if err != nil {
		return nil, err
	}
	four := l.device.v4.As4()
	four[3] = 77
	return w.net.Readdress(ctx, uplink, netip.PrefixFrom(netip.AddrFrom4(four), l.net4.Bits()))
}

// portalPage is what somebody sees who has not paid for the network yet.
const portalPage = `<!doctype html><title>Welcome to our network</title><p>Please log in.</p>`

// Portal leads an uplink's web traffic to a server of the ISP: port 80 to its page, port 443 to cert.
func (w *World) Portal(ctx context.Context, uplink string, cert *tls.Certificate, plain, secure bool) (wires.Undo, error) {
	isp, l, err := w.uplink(uplink)
	if err != nil {
		return nil, err
	}
	door, err := w.portal(ctx, isp, cert)
	if err != nil {
		return nil, err
	}
	hide := door.Show(cert)
	undos := []wires.Undo{func(context.Context) error { hide(); return nil }}
	undo := func(ctx context.Context) error { return undoAll(ctx, undos) }
	for port, wanted := range map[uint16]bool{80: plain, 443: secure} {
		if !wanted {
			continue
		}
		u, err := w.net.Redirect(ctx, isp, l.inside, port, port)
		if err != nil {
			return nil, fmt.Errorf("%w; undone: %v", err, undo(ctx))
		}
		undos = append(undos, u)
	}
	return undo, nil
}

// portal returns an ISP's login page, which opens when it is first needed.
func (w *World) portal(ctx context.Context, isp string, cert *tls.Certificate) (*Door, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if d := w.portals[isp]; d != nil {
		return d, nil
	}
	d := newDoor(isp, cert, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Host != "login.portal.example" {
			http.Redirect(rw, r, "http://login.portal.example/", http.StatusFound)
			return
		}
		text(portalPage).ServeHTTP(rw, r)
	}))
	w.portals[isp] = d
	return d, w.open(ctx, d)
}
