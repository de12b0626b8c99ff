package demo

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// directives are the members of a Cache-Control header, names in lower case (RFC 9111 section 5.2).
type directives map[string]string

func parseDirectives(h http.Header) directives {
	d := directives{}
	for _, line := range h.Values("Cache-Control") {
		for member := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(member), "=")
			d[strings.ToLower(name)] = strings.Trim(value, `"`)
		}
	}
	return d
}

func (d directives) has(names ...string) bool {
	for _, n := range names {
		if _, ok := d[n]; ok {
			return true
		}
	}
	return false
}

// seconds returns a directive's whole seconds, and whether it is there and valid.
func (d directives) seconds(name string) (time.Duration, bool) {
	n, err := strconv.ParseUint(d[name], 10, 31)
	return time.Duration(n) * time.Second, err == nil
}

// lifetime returns how long a shared cache may use an answer without asking, and how long beyond that it may
// still show it when asking fails (RFC 9111 section 4.2, RFC 5861 section 4). Heuristics are not used: without
// an explicit lifetime both are 0.
func (d directives) lifetime() (fresh, onError time.Duration) {
	fresh, shared := d.seconds("s-maxage")
	if !shared {
		fresh, _ = d.seconds("max-age")
	}
	if !shared && !d.has("must-revalidate", "proxy-revalidate") { // s-maxage forbids staleness too
		onError, _ = d.seconds("stale-if-error")
	}
	return fresh, onError
}

// storable reports whether a shared cache may keep the answer to a GET (RFC 9111 section 3). Answers that vary,
// set cookies or were asked for with credentials are left alone: this provider has none.
func storable(req *http.Request, resp *http.Response) bool {
	d := parseDirectives(resp.Header)
	fresh, _ := d.lifetime()
	return req.Method == http.MethodGet && resp.StatusCode == http.StatusOK && fresh > 0 &&
		!d.has("no-store", "private", "no-cache") && !parseDirectives(req.Header).has("no-store") &&
		resp.Header.Get("Vary") == "" && resp.Header.Get("Set-Cookie") == "" && req.Header.Get("Authorization") == ""
}
