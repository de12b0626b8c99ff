package main

import (
	"fmt"
	"net/netip"

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

// configOf writes the check of a transaction as a config of one device with one uplink.
func configOf(up probetest.Setup, ca string) object {
	c := up.Check
	check := object{"name": c.Ref.Name, "kind": c.Kind, "interval": fmt.Sprint(c.Interval), "timeout": fmt.Sprint(c.Timeout)}
	set(check, "max_latency", latencyOf(c))
	check["steps"] = stepsAsConfig(c.Transaction.Steps)
	if c.Transaction.Cleanup != nil {
		check["cleanup"] = stepsAsConfig(c.Transaction.Cleanup)
	}
	if c.Transaction.Hosts != nil {
		check["hosts"] = c.Transaction.Hosts
	}
	resolvers := up.Resolvers
	if resolvers == nil {
		resolvers = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}
	}
	return object{
		"device":   "berlin",
		"fleet":    []object{{"id": "berlin", "site": "berlin", "region": "eu", "uplinks": []object{{"name": "lo", "network": "lo"}}}},
		"uplinks":  []object{{"name": "lo", "resolvers": resolvers}},
		"trust":    "file:" + ca,
		"services": []object{{"name": c.Ref.Service, "checks": []object{check}}},
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
