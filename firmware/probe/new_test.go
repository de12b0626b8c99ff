package probe_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

func TestKinds(t *testing.T) {
	if got := probe.Kinds(); !slices.Equal(got, []string{"dns", "http", "icmp", "tcp", "tls", "transaction"}) {
		t.Errorf("kinds %v", got)
	}
}

// TestImpossibleChecks wants each named, and no secret in the sentence.
func TestImpossibleChecks(t *testing.T) {
	web := func(change func(*firmware.HTTPCheck)) firmware.Check {
		c := httpCheck("https://shop.example/", "", long)
		change(c.HTTP)
		return c
	}
	for name, check := range map[string]firmware.Check{
		"kind":            {Kind: "gopher", Timeout: long},
		"timeout":         {Kind: "http", HTTP: &firmware.HTTPCheck{URL: "http://a.example"}},
		"interval":        {Kind: "http", Timeout: long, Interval: -1, HTTP: &firmware.HTTPCheck{URL: "http://a.example"}},
		"no http part":    {Kind: "http", Timeout: long},
		"no dns part":     {Kind: "dns", Timeout: long},
		"scheme":          web(func(c *firmware.HTTPCheck) { c.URL = "ftp://hunter2.example/?hunter2" }),
		"not a url":       web(func(c *firmware.HTTPCheck) { c.URL = "http://hunter2:hunter2@a b/" }),
		"no host":         web(func(c *firmware.HTTPCheck) { c.URL = "http:///hunter2" }),
		"user":            web(func(c *firmware.HTTPCheck) { c.URL = "http://me:hunter2@a.example" }),
		"port":            web(func(c *firmware.HTTPCheck) { c.URL = "http://a.example:99999/" }),
		"host":            web(func(c *firmware.HTTPCheck) { c.URL = "http://" + strings.Repeat("a", 64) + ".example/" }),
		"address":         web(func(c *firmware.HTTPCheck) { c.Address = "shop.example:443" }),
		"method":          web(func(c *firmware.HTTPCheck) { c.Method = "GET /" }),
		"connect":         web(func(c *firmware.HTTPCheck) { c.Method = "CONNECT" }),
		"header name":     web(func(c *firmware.HTTPCheck) { c.Headers = map[string]string{"a b": "hunter2"} }),
		"header value":    web(func(c *firmware.HTTPCheck) { c.Headers = map[string]string{"a": "hunter2\r\nb: c"} }),
		"header not ours": web(func(c *firmware.HTTPCheck) { c.Headers = map[string]string{"transfer-encoding": "hunter2"} }),
		"status":          web(func(c *firmware.HTTPCheck) { c.Status = []int{100} }),
		"body":            web(func(c *firmware.HTTPCheck) { c.ExpectBody = "(" }),
		"long body":       web(func(c *firmware.HTTPCheck) { c.ExpectBody = strings.Repeat("a", 1001) }),
		"marker":          web(func(c *firmware.HTTPCheck) { c.Marker = "[" }),
		"wanted header":   web(func(c *firmware.HTTPCheck) { c.ExpectHead = map[string]string{"a": "("} }),
		"body of HEAD":    web(func(c *firmware.HTTPCheck) { c.Method, c.ExpectBody = "HEAD", "a" }),
		"size":            web(func(c *firmware.HTTPCheck) { c.MaxBytes = -1 }),
		"small":           web(func(c *firmware.HTTPCheck) { c.MinBytes, c.MaxBytes = 2, 1 }),
		"smallest":        web(func(c *firmware.HTTPCheck) { c.MinBytes = -1 }),
		"size of HEAD":    web(func(c *firmware.HTTPCheck) { c.Method, c.MinBytes = "HEAD", 1 }),
		"JSON path":       web(func(c *firmware.HTTPCheck) { c.ExpectJSON = map[string]string{"status": "ok"} }),
		"absent header":   web(func(c *firmware.HTTPCheck) { c.AbsentHead = map[string]string{"a b": ""} }),
		"absent value":    web(func(c *firmware.HTTPCheck) { c.AbsentHead = map[string]string{"a": "("} }),
		"absent body":     web(func(c *firmware.HTTPCheck) { c.AbsentBody = "(" }),
		"redirects":       web(func(c *firmware.HTTPCheck) { c.Redirects = 11 }),
		"kept redirects":  web(func(c *firmware.HTTPCheck) { c.Redirects, c.Keep = 1, true }),
		"version 3":       web(func(c *firmware.HTTPCheck) { c.Protocol = 3 }),
		"plain HTTP/2":    web(func(c *firmware.HTTPCheck) { c.Protocol, c.URL = 2, "http://a.example/" }),
		"kept HTTP/2":     web(func(c *firmware.HTTPCheck) { c.Protocol, c.Keep = 2, true }),
		"days":            web(func(c *firmware.HTTPCheck) { c.Days = -1 }),
		"family":          web(func(c *firmware.HTTPCheck) { c.Family = 5 }),
		"other family":    web(func(c *firmware.HTTPCheck) { c.Family, c.Address = 6, "192.0.2.1" }),
		"digest":          web(func(c *firmware.HTTPCheck) { c.Digest = "abc" }),
		"digest of HEAD":  web(func(c *firmware.HTTPCheck) { c.Method, c.Digest = "HEAD", strings.Repeat("0", 64) }),
		"dns type":        dnsCheck("a.example", "ANY", "", long),
		"dns name":        dnsCheck("a..example", "A", "", long),
		"no dns name":     dnsCheck("", "A", "", long),
		"dns server":      dnsCheck("a.example", "A", "dns.example:53", long),
		"dns answer":      dnsCheck("a.example", "A", "", long, "2001:db8::1"),
		"dns number":      dnsCheck("a.example", "TYPE255", "", long),
		"generic answer":  dnsCheck("a.example", "TYPE4242", "", long, "192.0.2.1"),
		"no tls part":     {Kind: "tls", Timeout: long},
		"no tcp part":     {Kind: "tcp", Timeout: long},
		"no icmp part":    {Kind: "icmp", Timeout: long, Role: firmware.RoleEvidence},
		"no port":         tlsCheck("a.example", "", long, nil),
		"port's name":     tlsCheck("a.example:https", "", long, nil),
		"zone":            tlsCheck("[fe80::1%lo]:443", "", long, nil),
		"pinned name":     tlsCheck("a.example:443", "b.example", long, nil),
		"TLS version":     tlsCheck("a.example:443", "", long, func(c *firmware.TLSCheck) { c.MinVersion = "1.1" }),
		"negative days":   tlsCheck("a.example:443", "", long, func(c *firmware.TLSCheck) { c.Days = -1 }),
		"empty ALPN":      tlsCheck("a.example:443", "", long, func(c *firmware.TLSCheck) { c.ALPN = []string{""} }),
		"expected text":   tcpCheck("a.example:25", "hunter2", "(", long),
		"ping decides":    {Kind: "icmp", Timeout: long, Role: firmware.RoleEdge, ICMP: &firmware.ICMPCheck{Host: "a.example"}},
		"too many pings":  pingCheck("a.example", 101, time.Minute),
		"pings too long":  pingCheck("a.example", 6, time.Second),
		"pings nobody":    pingCheck("a..example", 5, long),
	} {
		p, err := probe.New(check, loopback(), realClock(t), probe.Defaults())
		if p != nil || err == nil || strings.Contains(err.Error(), "hunter2") || !strings.HasPrefix(err.Error(), "prepare check "+check.Ref.String()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := probe.New(httpCheck("https://a.example", "", long), probe.Via{}, realClock(t), probe.Defaults()); err == nil {
		t.Error("an uplink without anything is accepted")
	}
}
