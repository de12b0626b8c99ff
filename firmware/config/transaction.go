package config

import (
	"net"
	"net/http"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// How often a transaction runs, and how long, where its file does not say: it costs more than a look at a page.
const (
	transactionInterval = 5 * time.Minute
	transactionTimeout  = 30 * time.Second
)

// maxCaptures is how many values a transaction captures at most, as probe allows.
const maxCaptures = 16

// transaction reads what is particular to a transaction.
func (b *builder) transaction(raw *rawCheck, c *firmware.Check) {
	t := &firmware.TransactionCheck{}
	if len(raw.Steps) == 0 {
		b.missing(raw.at.under("steps"), `steps: [{name: page, url: "https://www.example.com/"}]`)
	}
	if n := len(raw.Steps) + len(raw.Cleanup); n > firmware.MaxSteps {
		b.add(keyedOf(reflect.ValueOf(raw.Steps)).at, kindEntries, "leave steps out: a check has at most 16, those of its cleanup included", n)
	}
	names, captured := taken{}, []string{}
	for i := range raw.Steps {
		t.Steps = append(t.Steps, b.step(&raw.Steps[i], names, &captured))
	}
	for i := range raw.Cleanup {
		t.Cleanup = append(t.Cleanup, b.step(&raw.Cleanup[i], names, &captured))
	}
	if n := len(captured); n > maxCaptures {
		b.add(keyedOf(reflect.ValueOf(raw.Steps)).at, kindEntries, "capture at most 16 values in a check", n)
	}
	for _, h := range raw.Hosts {
		if h.OK && !goodHostPort(h.V) {
			b.add(h.at, kindHost, "write it like cdn.example.com or cdn.example.com:8443")
		}
		t.Hosts = append(t.Hosts, h.V)
	}
	c.Transaction = t
}

// goodHostPort reports whether a text is a host with a port or without.
func goodHostPort(text string) bool {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		host, port = strings.Trim(text, "[]"), "443"
	}
	n, err := strconv.ParseUint(port, 10, 16)
	_, bad := netip.ParseAddr(host)
	return err == nil && n > 0 && (bad == nil || isDomain(host))
}

// step reads one step. What it captures is known to those after it.
func (b *builder) step(raw *rawStep, names taken, captured *[]string) firmware.StepCheck {
	b.claimName(names, raw.Name)
	s := firmware.StepCheck{Name: string(raw.Name.V), Pause: raw.Pause.V, BreakAfter: int64(raw.BreakAfter.V)}
	s.HTTPCheck = b.stepRequest(raw)
	b.foreign(reflect.ValueOf(raw.Expect), "http")
	b.uses(raw.URL.at, raw.URL.V, *captured)
	b.uses(raw.Body.at, raw.Body.V, *captured)
	for _, h := range raw.Headers {
		if !isReference(h.value.V) {
			b.uses(h.at, h.value.V, *captured)
		} else if strings.Contains(s.Headers[http.CanonicalHeaderKey(h.key)], "${") {
			b.add(h.at, kindBadReference, "", h.value.V, "holds ${, which stands for a captured value")
		}
	}
	s.Send = b.send(&raw.Send, *captured)
	b.stored(raw, &s.HTTPCheck)
	if raw.Send.given || raw.BreakAfter.Given {
		b.streamed(raw)
	}
	if raw.BreakAfter.OK {
		b.broken(raw)
	}
	for i := range raw.Capture {
		c := b.capture(&raw.Capture[i], raw)
		*captured = append(*captured, c.Name)
		s.Captures = append(s.Captures, c)
	}
	return s
}

// stepRequest reads a step's request as that of an http check, with something in place of what is captured.
func (b *builder) stepRequest(raw *rawStep) firmware.HTTPCheck {
	like := rawCheck{
		here: raw.here, URL: raw.URL, Address: raw.Address, Family: raw.Family, Protocol: raw.Protocol, Redirects: raw.Redirects,
		Downgrade: raw.Downgrade, Method: raw.Method, Headers: raw.Headers, Body: raw.Body, Marker: raw.Marker, MaxBytes: raw.MaxBytes, Expect: raw.Expect,
	}
	switch text := raw.URL.V; {
	case !raw.URL.OK:
		like.URL.Given = true // which the reader has reported
	case probe.CapturesHost(text):
		b.add(raw.URL.at, kindCapturedHost, "", text)
		like.URL.OK = false
	default:
		like.URL.V = probe.Example(text)
	}
	var c firmware.Check
	b.http(&like, &c)
	c.HTTP.URL = raw.URL.V
	return *c.HTTP
}

// uses reports captured values in a text that no step before captures.
func (b *builder) uses(at place, text string, captured []string) {
	names, err := probe.CapturedNames(text)
	if err != nil {
		b.add(at, kindCapture, "", text)
	}
	for _, name := range names {
		b.known(at, name, captured)
	}
}

func (b *builder) known(at place, name string, captured []string) {
	for _, c := range captured {
		if c == name {
			return
		}
	}
	mend := "capture it in a step before this one"
	if meant := nearest(name, captured); meant != "" {
		mend = "write ${" + meant + "} if you meant that"
	}
	b.add(at, kindUncaptured, mend, "${"+name+"}")
}

// send reads the bytes that a step sends.
func (b *builder) send(raw *rawContent, captured []string) firmware.Content {
	c := firmware.Content{Name: string(raw.Content.V), To: int64(raw.To.V)}
	if !raw.From.OK {
		return c
	}
	text := string(raw.From.V)
	names, err := probe.CapturedNames(text)
	if err == nil && len(names) == 1 && text == "${"+names[0]+"}" {
		b.known(raw.From.at, names[0], captured)
		c.FromName = names[0]
		return c
	}
	from, err := parseSize(text)
	switch {
	case err != nil:
		b.add(raw.From.at, kindSize, "write it like 1MiB or a number of bytes, or as ${name} alone", text)
	case raw.To.OK && from >= raw.To.V:
		b.add(raw.From.at, kindSizes, "begin before the end", int64(from), int64(raw.To.V)-1)
	}
	c.From = int64(from)
	return c
}

// stored turns the bytes that must be there into a size and a digest.
func (b *builder) stored(raw *rawStep, h *firmware.HTTPCheck) {
	if !raw.Stored.given {
		return
	}
	b.misplaced("a body of generated bytes, which says it already",
		raw.MaxBytes.keyed(), raw.Expect.MinBytes.keyed(), raw.Expect.Digest.keyed(), raw.Stored.From.keyed())
	if h.Method == http.MethodHead {
		b.misplaced("a HEAD request, whose answer has no body", raw.Stored.keyed())
	}
	if raw.Stored.To.OK && raw.Stored.Content.OK {
		h.MinBytes, h.MaxBytes = int64(raw.Stored.To.V), int64(raw.Stored.To.V)
		h.Digest = probe.ContentDigest(string(raw.Stored.Content.V), h.MinBytes)
	}
}

// broken reports what has no meaning for a step that has no answer.
func (b *builder) broken(raw *rawStep) {
	b.misplaced("a step that is broken off, which has no answer", raw.Expect.keyed(), raw.Stored.keyed(), raw.Marker.keyed(), raw.MaxBytes.keyed(),
		keyedOf(reflect.ValueOf(raw.Capture)))
	size := int64(len(raw.Body.V))
	if raw.Send.given {
		from, _ := parseSize(string(raw.Send.From.V)) // a captured value is judged when it is known
		size = int64(raw.Send.To.V - from)
	}
	if most := max(0, size-1); int64(raw.BreakAfter.V) > most {
		b.add(raw.BreakAfter.at, kindSizes, "break off before the end of the body", int64(raw.BreakAfter.V), most)
	}
}

// streamed reports what has no meaning where a body is generated or cut off.
func (b *builder) streamed(raw *rawStep) {
	what := "a step whose body is generated or broken off"
	if raw.Send.given {
		b.misplaced(what, raw.Body.keyed())
	}
	b.misplaced(what, raw.Redirects.keyed())
	if raw.Protocol.V == "http2" {
		b.misplaced(what, raw.Protocol.keyed())
	}
}
