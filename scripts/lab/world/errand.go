package world

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// errandBody is how much of an answer an errand reads at most.
const errandBody = 1 << 20

// Errand asks for a URL as somebody in a device's place would, over its first uplink: by the ISP's resolver, with the
// lab's authority trusted, each time over a new connection. It returns the status and the body.
func (w *World) Errand(ctx context.Context, device, method, url string, within time.Duration) (status int, body string, header http.Header, err error) {
	d, ok := w.Topology.Device(device)
	if !ok {
		return 0, "", nil, fmt.Errorf("there is no device %q", device)
	}
	resolver := w.atlas.dev[[2]string{d.ID, d.Uplinks[0].Name}].gateway.v4
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		name, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		ip, err := w.resolve(ctx, d.ID, resolver, name)
		if err != nil {
			return nil, err
		}
		return w.net.Dial(ctx, d.ID, "tcp", net.JoinHostPort(ip.String(), port))
	}
	tr := &http.Transport{DialContext: dial, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: w.CA.Client(), MinVersion: tls.VersionTLS12}}
	defer tr.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return 0, "", nil, err
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, errandBody))
	return resp.StatusCode, string(text), resp.Header, err
}

// resolve asks a resolver from a device's place for a name's first IPv4 address.
func (w *World) resolve(ctx context.Context, device string, resolver netip.Addr, name string) (netip.Addr, error) {
	c, err := w.net.Dial(ctx, device, "udp", netip.AddrPortFrom(resolver, 53).String())
	if err != nil {
		return netip.Addr{}, err
	}
	defer c.Close()
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), dns.TypeA)
	m, _, err := new(dns.Client).ExchangeWithConnContext(ctx, q, &dns.Conn{Conn: c})
	if err != nil {
		return netip.Addr{}, fmt.Errorf("resolve %s: %w", name, err)
	}
	for _, r := range m.Answer {
		if a, ok := r.(*dns.A); ok {
			ip, _ := netip.AddrFromSlice(a.A.To4())
			return ip, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("resolve %s: %s without an address", name, dns.RcodeToString[m.Rcode])
}
