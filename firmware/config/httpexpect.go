package config

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// defaultBody is what probe accepts of a body when no bound is given.
const defaultBody = 1 << 20

// httpExpect reads what the answer of an http check must be, and must not be.
func (b *builder) httpExpect(raw *rawCheck, h *firmware.HTTPCheck) {
	e := &raw.Expect
	h.ExpectHead, h.AbsentHead = b.headers(e.Headers, b.pattern), b.headers(e.Absent.Headers, b.pattern)
	h.ExpectBody, h.AbsentBody = b.pattern(e.Body), b.pattern(e.Absent.Body)
	h.Digest = b.digest(e.Digest)
	h.ExpectJSON, h.MinBytes, h.Days = b.jsonValues(e.JSON), int64(e.MinBytes.V), e.CertificateDays.V
	if h.Method == http.MethodHead {
		b.misplaced("a HEAD request, whose answer has no body", e.Body.keyed(), raw.Marker.keyed(), e.Absent.Body.keyed(),
			e.JSON.keyed(), e.Digest.keyed(), e.MinBytes.keyed())
	}
	if most := int64(raw.MaxBytes.or(defaultBody)); e.MinBytes.OK && h.MinBytes > most {
		b.add(e.MinBytes.at, kindSizes, "", h.MinBytes, most)
	}
	for _, status := range e.Status {
		h.Status = append(h.Status, status.V)
	}
}

// jsonValues reads a table whose keys are paths into a JSON body; nil when there are none.
func (b *builder) jsonValues(t table) map[string]string {
	var values map[string]string
	for _, e := range t {
		if probe.ValidJSONPath(e.key) != nil {
			b.add(e.at, kindJSONPath, "", e.key)
			continue
		}
		if values == nil {
			values = map[string]string{}
		}
		values[e.key] = e.value.V
	}
	return values
}

// httpWay reads how an http check gets to its answer.
func (b *builder) httpWay(raw *rawCheck, h *firmware.HTTPCheck) {
	switch raw.Family.V {
	case "ipv4":
		h.Family = 4
	case "ipv6":
		h.Family = 6
	}
	if a, known := knownAddress(raw, h); known && h.Family != 0 && a.Unmap().Is4() != (h.Family == 4) {
		b.add(raw.Family.at, kindVersion, "", raw.Family.V, a)
	}
	if raw.Protocol.V == "http2" {
		h.Protocol = 2
		b.misplaced("an HTTP/2 check", raw.Keep.keyed())
		if raw.URL.OK && !strings.HasPrefix(strings.ToLower(raw.URL.V), "https:") {
			b.misplaced("a URL without TLS", raw.Protocol.keyed())
		}
	}
	if h.Redirects > 0 {
		b.misplaced("a check that follows redirects", raw.Keep.keyed())
	} else {
		b.misplaced("a check that follows no redirects", raw.Downgrade.keyed())
	}
}

// knownAddress is the address that an http check dials, where no name has to be resolved for it.
func knownAddress(raw *rawCheck, h *firmware.HTTPCheck) (a netip.Addr, known bool) {
	if h.Address != "" {
		ap, _, ok := addressPort(h.Address, 0)
		return ap.Addr(), ok
	}
	if u, err := url.Parse(raw.URL.V); err == nil {
		a, err = netip.ParseAddr(u.Hostname())
		return a, err == nil
	}
	return a, false
}
