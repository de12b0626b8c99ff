package main

import (
	"fmt"
	"net/netip"
	"testing"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe/probetest"
)

// object is a mapping of a config, which is JSON here: YAML reads that.
type object map[string]any

// set adds what was given: a zero value is what a config leaves out.
func set[T comparable](o object, key string, value T) {
	var none T
	if value != none {
		o[key] = value
	}
}

// configOf writes a check as a config of one device with one uplink.
func configOf(t testing.TB, up probetest.Setup, ca string) object {
	t.Helper()
	c := up.Check
	check := object{"name": c.Ref.Name, "kind": c.Kind, "interval": fmt.Sprint(c.Interval), "timeout": fmt.Sprint(c.Timeout)}
	set(check, "max_latency", latencyOf(c))
	resolvers := up.Resolvers
	if resolvers == nil {
		resolvers = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}
	}
	lo := object{"name": "lo", "resolvers": resolvers}
	o := object{
		"device":  "berlin",
		"fleet":   []object{{"id": "berlin", "site": "berlin", "region": "eu", "uplinks": []object{{"name": "lo", "network": "lo"}}}},
		"uplinks": []object{lo},
		"trust":   "file:" + ca,
	}
	if c.Portal != nil { // it is the uplink's
		lo["portal"] = portalAsConfig(*c.Portal)
		return o
	}
	kindAsConfig(t, check, c)
	o["services"] = []object{{"name": c.Ref.Service, "checks": []object{check}}}
	return o
}

func portalAsConfig(c firmware.PortalCheck) object {
	o := object{"check": c.URL}
	set(o, "api", c.API)
	return o
}

// kindAsConfig adds what is particular to the check's kind.
func kindAsConfig(t testing.TB, o object, c firmware.Check) {
	t.Helper()
	switch {
	case c.HTTP != nil:
		httpAsConfig(o, *c.HTTP)
	case c.DNS != nil:
		dnsAsConfig(o, *c.DNS)
	case c.TLS != nil:
		tlsAsConfig(o, *c.TLS)
	case c.TCP != nil:
		tcpAsConfig(o, *c.TCP)
	case c.ICMP != nil:
		o["target"] = c.ICMP.Host
		set(o, "count", c.ICMP.Count)
	case c.Transaction != nil:
		o["steps"] = stepsAsConfig(c.Transaction.Steps)
		if c.Transaction.Cleanup != nil {
			o["cleanup"] = stepsAsConfig(c.Transaction.Cleanup)
		}
		if c.Transaction.Hosts != nil {
			o["hosts"] = c.Transaction.Hosts
		}
	default:
		t.Fatalf("nobody has said how a check of kind %q is written as a config", c.Kind)
	}
}

func httpAsConfig(o object, c firmware.HTTPCheck) {
	o["url"] = c.URL
	set(o, "method", c.Method)
	set(o, "body", c.Body)
	set(o, "address", c.Address)
	set(o, "family", map[int]string{4: "ipv4", 6: "ipv6"}[c.Family])
	set(o, "protocol", map[int]string{2: "http2"}[c.Protocol])
	set(o, "redirects", c.Redirects)
	set(o, "downgrade", c.Downgrade)
	set(o, "nonce", c.Nonce)
	set(o, "keep", c.Keep)
	set(o, "marker", c.Marker)
	set(o, "max_bytes", c.MaxBytes)
	if c.Headers != nil {
		o["headers"] = c.Headers
	}
	if expect := expectAsConfig(c); len(expect) > 0 {
		o["expect"] = expect
	}
}

func dnsAsConfig(o object, c firmware.DNSCheck) {
	o["query"] = c.Name
	set(o, "type", c.Type)
	set(o, "server", c.Server)
	expect := object{}
	set(expect, "rcode", c.RCode)
	set(expect, "ad", c.AD)
	if c.MinTTL > 0 {
		expect["min_ttl"] = fmt.Sprint(c.MinTTL)
	}
	if c.Answers != nil {
		expect["answers"] = c.Answers
	}
	if len(expect) > 0 {
		o["expect"] = expect
	}
}

func tlsAsConfig(o object, c firmware.TLSCheck) {
	o["target"] = c.Target
	set(o, "address", c.Address)
	expect := object{}
	set(expect, "certificate_days", c.Days)
	if c.MinVersion != "" {
		expect["min_version"] = "tls" + c.MinVersion
	}
	if c.ALPN != nil {
		expect["alpn"] = c.ALPN
	}
	if len(expect) > 0 {
		o["expect"] = expect
	}
}

func tcpAsConfig(o object, c firmware.TCPCheck) {
	o["target"] = c.Target
	set(o, "address", c.Address)
	set(o, "send", c.Send)
	set(o, "max_bytes", c.MaxBytes)
	if c.Expect != "" {
		o["expect"] = object{"body": c.Expect}
	}
}

func latencyOf(c firmware.Check) string {
	if c.MaxLatency == 0 {
		return ""
	}
	return fmt.Sprint(c.MaxLatency)
}

func stepsAsConfig(steps []firmware.StepCheck) (out []object) {
	for _, s := range steps {
		o := object{"name": s.Name, "url": s.URL}
		set(o, "method", s.Method)
		set(o, "body", s.Body)
		set(o, "address", s.Address)
		set(o, "redirects", s.Redirects)
		set(o, "max_bytes", s.MaxBytes)
		set(o, "break_after", s.BreakAfter)
		if s.Pause > 0 {
			o["pause"] = fmt.Sprint(s.Pause)
		}
		if s.Headers != nil {
			o["headers"] = s.Headers
		}
		if s.Send.Name != "" {
			o["send"] = contentAsConfig(s.Send)
		}
		if expect := expectAsConfig(s.HTTPCheck); len(expect) > 0 {
			o["expect"] = expect
		}
		var captures []object
		for _, c := range s.Captures {
			captures = append(captures, captureAsConfig(c))
		}
		if captures != nil {
			o["capture"] = captures
		}
		out = append(out, o)
	}
	return out
}

func contentAsConfig(c firmware.Content) object {
	o := object{"content": c.Name, "to": c.To}
	set(o, "from", c.From)
	if c.FromName != "" {
		o["from"] = "${" + c.FromName + "}"
	}
	return o
}

func expectAsConfig(c firmware.HTTPCheck) object {
	o := object{}
	set(o, "body", c.ExpectBody)
	set(o, "digest", c.Digest)
	set(o, "min_bytes", c.MinBytes)
	set(o, "certificate_days", c.Days)
	absent := object{}
	set(absent, "body", c.AbsentBody)
	if c.AbsentHead != nil {
		absent["headers"] = c.AbsentHead
	}
	if len(absent) > 0 {
		o["absent"] = absent
	}
	if c.Status != nil {
		o["status"] = c.Status
	}
	if c.ExpectHead != nil {
		o["headers"] = c.ExpectHead
	}
	if c.ExpectJSON != nil {
		o["json"] = c.ExpectJSON
	}
	return o
}

func captureAsConfig(c firmware.Capture) object {
	o := object{"name": c.Name}
	set(o, "header", c.Header)
	set(o, "json", c.JSON)
	set(o, "script", c.Script)
	set(o, "match", c.Match)
	set(o, "url", c.URL)
	return o
}
