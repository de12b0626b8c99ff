package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// tls reads what is particular to a tls check.
func (b *builder) tls(raw *rawCheck, c *firmware.Check) {
	t := &firmware.TLSCheck{
		Target: b.hostPort(raw, "target: www.example.com:443"), Address: b.dialled(raw.Address),
		MinVersion: strings.TrimPrefix(raw.Expect.MinVersion.V, "tls"), Days: raw.Expect.CertificateDays.V,
	}
	for _, p := range raw.Expect.ALPN {
		if p.OK && (p.V == "" || len(p.V) > 255) {
			b.add(p.at, kindProtocol, "", p.V)
		}
		t.ALPN = append(t.ALPN, p.V)
	}
	c.TLS = t
}

// mostHeard is how much a tcp check may listen to: all of it is matched again with every piece.
const mostHeard = 1 << 20

// tcp reads what is particular to a tcp check.
func (b *builder) tcp(raw *rawCheck, c *firmware.Check) {
	t := &firmware.TCPCheck{
		Target: b.hostPort(raw, "target: mail.example.com:25"), Address: b.dialled(raw.Address),
		Send: raw.Send.V, Expect: b.pattern(raw.Expect.Body), MaxBytes: int64(raw.MaxBytes.V),
	}
	if raw.Send.OK && isReference(t.Send) {
		t.Send, _ = b.resolve(raw.Send.V, raw.Send.at)
	}
	if t.MaxBytes > mostHeard {
		b.add(raw.MaxBytes.at, kindRange, "choose from 1B to 1MiB for a tcp check", strconv.FormatInt(t.MaxBytes, 10))
	}
	c.TCP = t
}

// icmp reads what is particular to an icmp check.
func (b *builder) icmp(raw *rawCheck, c *firmware.Check) {
	i := &firmware.ICMPCheck{Count: raw.Count.or(int(max(1, min(5, c.Timeout/probe.PingEvery))))}
	if !raw.Target.Given {
		b.missing(raw.at.under("target"), "target: www.example.com")
	} else if raw.Target.OK {
		if i.Host = raw.Target.V; !goodName(i.Host) {
			b.add(raw.Target.at, kindTarget, "write it like www.example.com", i.Host, "a host name or IP address")
		}
	}
	if takes := time.Duration(i.Count) * probe.PingEvery; takes > c.Timeout {
		at := raw.Kind.at
		if raw.Count.OK {
			at = raw.Count.at
		}
		b.add(at, kindCount, "", i.Count, takes.String(), c.Timeout.String())
	}
	c.ICMP = i
}

// hostPort reads the target of a check that connects.
func (b *builder) hostPort(raw *rawCheck, like string) string {
	if !raw.Target.Given {
		b.missing(raw.at.under("target"), like)
		return ""
	}
	if !raw.Target.OK {
		return ""
	}
	host, text, err := net.SplitHostPort(raw.Target.V)
	port, bad := strconv.ParseUint(text, 10, 16)
	if err != nil || bad != nil || port == 0 || !goodName(host) {
		b.add(raw.Target.at, kindTarget, "write it like www.example.com:443", raw.Target.V, "host:port")
	}
	return raw.Target.V
}

// goodName reports whether a host is a domain name or an IP address, without a zone: the uplink chooses the way.
func goodName(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.Zone() == "" || err != nil && isDomain(host)
}
