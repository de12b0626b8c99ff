package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"edgeprobe.io/firmware"
)

// checkOf makes a check out of a URL, whose scheme says what to do.
func (f checkFlags) checkOf(target string) (firmware.Check, error) {
	u, err := url.Parse(target)
	fill, known := map[string]func(*url.URL, *firmware.Check) error{
		"http": f.checkHTTP, "https": f.checkHTTP, "tls": f.checkTLS, "tcp": f.checkTCP, "icmp": f.checkICMP, "dns": f.checkDNS,
	}[schemeOf(u)]
	switch {
	case err == nil && u.User != nil:
		return firmware.Check{}, errors.New("the URL holds a user name: leave it out, passwords on a command line can be read by everybody on this machine")
	case err == nil && !known && u.Host != "":
		return firmware.Check{}, fmt.Errorf("%s is no scheme of check: write https://%s%s, or the same with http, tls, tcp, icmp or dns", u.Scheme, u.Host, u.Path)
	case err != nil || !known:
		return firmware.Check{}, fmt.Errorf("%q is not a URL that can be checked: write https://%s, or the same with http, tls, tcp, icmp or dns; or name a check and add --config FILE",
			withoutUser(target), hostOf(target))
	case u.Hostname() == "" && u.Scheme != "dns":
		return firmware.Check{}, fmt.Errorf("%q names no host: write %s://www.example.com", target, u.Scheme)
	}
	c := firmware.Check{
		Ref: firmware.CheckRef{Service: "once", Name: u.Hostname()}, Kind: u.Scheme, Role: firmware.RoleEdge, Critical: true,
		Timeout: f.timeout, Interval: 2 * f.timeout,
	}
	if err := f.misplaced(u.Scheme); err != nil {
		return c, err
	}
	return c, fill(u, &c)
}

// withoutUser leaves out what may be a password in a text that is no URL.
func withoutUser(target string) string {
	if at := strings.LastIndexByte(target, '@'); at >= 0 {
		return "..." + target[at:]
	}
	return target
}

func schemeOf(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.Scheme
}

// misplaced reports a flag that has no meaning for a scheme.
func (f checkFlags) misplaced(scheme string) error {
	web := scheme == "http" || scheme == "https"
	switch {
	case f.status != nil && !web:
		return fmt.Errorf("--expect-status is for http, not for %s: leave it out", scheme)
	case (f.redirects != 0 || f.http2) && !web:
		return fmt.Errorf("--redirects and --http2 are for http, not for %s: leave them out", scheme)
	case f.body != "" && !web && scheme != "tcp":
		return fmt.Errorf("--expect-body is for http and tcp, not for %s: leave it out", scheme)
	}
	return nil
}

func (f checkFlags) checkHTTP(u *url.URL, c *firmware.Check) error {
	c.Kind, c.HTTP = "http", &firmware.HTTPCheck{URL: u.String(), Status: f.status, ExpectBody: f.body, Redirects: f.redirects}
	if f.http2 {
		c.HTTP.Protocol = 2
	}
	return nil
}

func (f checkFlags) checkTLS(u *url.URL, c *firmware.Check) error {
	port := u.Port()
	if port == "" {
		port = "443"
	}
	c.TLS = &firmware.TLSCheck{Target: net.JoinHostPort(u.Hostname(), port)}
	return onlyHost(u)
}

func (f checkFlags) checkTCP(u *url.URL, c *firmware.Check) error {
	if u.Port() == "" {
		return fmt.Errorf("%q has no port: write tcp://%s:443", u, u.Hostname())
	}
	c.TCP = &firmware.TCPCheck{Target: u.Host, Expect: f.body}
	return onlyHost(u)
}

func (f checkFlags) checkICMP(u *url.URL, c *firmware.Check) error {
	if u.Port() != "" {
		return fmt.Errorf("%q has a port, which pings have not: write icmp://%s", u, u.Hostname())
	}
	c.Role, c.Critical, c.ICMP = firmware.RoleEvidence, false, &firmware.ICMPCheck{Host: u.Hostname()}
	return onlyHost(u)
}

// onlyHost holds that nothing follows host and port.
func onlyHost(u *url.URL) error {
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q has a path or a query, which %s cannot send: write %s://%s", u, u.Scheme, u.Scheme, u.Host)
	}
	return nil
}

// checkDNS reads a DNS URL (RFC 4501): dns://server/name?type=A, where no server means the resolvers.
func (f checkFlags) checkDNS(u *url.URL, c *firmware.Check) error {
	d := &firmware.DNSCheck{Name: strings.TrimPrefix(u.Path, "/"), Type: "A"}
	if u.Opaque != "" {
		d.Name = u.Opaque
	}
	if d.Name == "" {
		return fmt.Errorf("%q names nothing to ask for: write dns://%s/www.example.com?type=A", u, u.Host)
	}
	for key, values := range u.Query() {
		if !strings.EqualFold(key, "type") || len(values) != 1 {
			return fmt.Errorf("%q asks for more than a type: only ?type= can follow the name", u)
		}
		d.Type = strings.ToUpper(values[0])
	}
	if u.Host != "" {
		server, err := nameServerOf(u.Host)
		if err != nil {
			return err
		}
		d.Server = server.String()
	}
	c.Ref.Name, c.DNS = d.Name, d
	return nil
}

// nameServerOf reads the server of a DNS URL: an address with a port or without.
func nameServerOf(host string) (netip.AddrPort, error) {
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return netip.AddrPortFrom(a, dnsPort), nil
	}
	ap, err := netip.ParseAddrPort(host)
	if err != nil || ap.Port() == 0 {
		return ap, fmt.Errorf("server %q is not an IP address, with a port or without: write dns://192.0.2.53/name, or dns:///name for the resolvers", host)
	}
	return ap, nil
}
