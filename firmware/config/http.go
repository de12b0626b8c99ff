package config

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/http/httpguts"

	"edgeprobe.io/firmware"
)

var (
	methodName = regexp.MustCompile(`^[A-Z]{1,20}$`)
	headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$")
	lineEnds   = regexp.MustCompile(`[\x00-\x08\x0a-\x1f\x7f]`)
	userinfo   = regexp.MustCompile(`//.*@`)
)

// http reads what is particular to an http check.
func (b *builder) http(raw *rawCheck, c *firmware.Check) {
	h := &firmware.HTTPCheck{
		Method: raw.Method.V, Body: raw.Body.V, Headers: b.headers(raw.Headers, b.headerValue), Address: b.dialled(raw.Address),
		Nonce: raw.Nonce.V, Keep: raw.Keep.V, Redirects: raw.Redirects.V, Downgrade: raw.Downgrade.V,
		Marker: b.pattern(raw.Marker), MaxBytes: int64(raw.MaxBytes.V),
	}
	b.host(h.Headers, raw.Headers)
	b.httpExpect(raw, h)
	b.httpWay(raw, h)
	if raw.Method.OK && (!methodName.MatchString(raw.Method.V) || raw.Method.V == http.MethodConnect) {
		b.add(raw.Method.at, kindMethod, "", raw.Method.V)
	}
	if !raw.URL.Given {
		b.missing(raw.at.under("url"), `url: "https://www.example.com/"`)
	} else if raw.URL.OK {
		h.URL = b.url(raw.URL)
	}
	c.HTTP = h
}

// url reads an absolute http or https URL without user information.
func (b *builder) url(v val[string]) string {
	u, err := url.Parse(v.V)
	if err == nil && u.User != nil {
		b.add(v.at, kindUserinfo, "")
	} else if err != nil || u.Scheme != "http" && u.Scheme != "https" || !goodHost(u) || !goodPort(u) {
		b.add(v.at, kindURL, mendHost(u), shown(v.V))
	}
	return v.V
}

// mendHost says how to write a host that is a name in another script, or has a zone; "" where neither is wrong.
func mendHost(u *url.URL) string {
	switch {
	case u == nil || goodHost(u):
	case strings.ContainsFunc(u.Hostname(), func(r rune) bool { return r > unicode.MaxASCII }):
		return "write its host as DNS has it, like xn--bcher-kva.example"
	case strings.Contains(u.Hostname(), "%"):
		return "leave out the zone: the uplink chooses the interface"
	}
	return ""
}

// shown is what a problem tells of a URL: neither who asks nor the query, which may be secrets.
func shown(text string) string {
	text, query, found := strings.Cut(userinfo.ReplaceAllString(text, "//...@"), "?")
	if found && query != "" {
		text += "?..."
	}
	return text
}

// goodHost reports whether a URL's host is a domain name or an IP address, without a zone.
func goodHost(u *url.URL) bool {
	return goodName(u.Hostname())
}

// goodPort reports whether a URL has no port or a possible one.
func goodPort(u *url.URL) bool {
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" && !strings.HasSuffix(u.Host, ":") || err == nil && n > 0
}

// dialled reads an address to dial, with a port or without.
func (b *builder) dialled(v val[string]) string {
	if !v.OK {
		return ""
	}
	ap, given, ok := addressPort(v.V, 0)
	switch {
	case !ok, ap.Addr().Zone() != "":
		b.add(v.at, kindIPPort, "", v.V)
		return ""
	case given:
		return ap.String()
	}
	return ap.Addr().String()
}

// headers reads a table whose keys are header names, each value by read; nil when there are none.
func (b *builder) headers(t table, read func(val[string]) string) map[string]string {
	var headers map[string]string
	names := taken{}
	for _, e := range t {
		name := http.CanonicalHeaderKey(e.key)
		if !headerName.MatchString(e.key) || ours(name) {
			b.add(e.at, kindHeader, "", e.key)
			continue
		}
		b.claim(names, name, e.at)
		if headers == nil {
			headers = map[string]string{}
		}
		headers[name] = read(e.value)
	}
	return headers
}

// ours reports whether a header frames the message, which is the prober's business.
func ours(name string) bool {
	switch name {
	case "Connection", "Content-Length", "Transfer-Encoding", "Accept-Encoding", "Upgrade", "Te", "Trailer", "Expect":
		return true
	}
	return false
}

// headerValue reads a value or what its reference names.
func (b *builder) headerValue(v val[string]) string {
	text, ok := v.V, v.OK
	if ok && isReference(text) {
		text, ok = b.resolve(v.V, v.at)
	}
	if ok && lineEnds.MatchString(text) {
		b.add(v.at, kindHeaderValue, "")
	}
	return text
}

// host holds a Host header, which says what the request is for, to what can be one.
func (b *builder) host(headers map[string]string, t table) {
	value, given := headers["Host"]
	if !given || value != "" && httpguts.ValidHostHeader(value) {
		return
	}
	for _, e := range t {
		if http.CanonicalHeaderKey(e.key) == "Host" {
			b.add(e.at, kindHost, "")
		}
	}
}
