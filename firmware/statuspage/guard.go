package statuspage

import (
	"mime"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
)

// guard refuses what a foreign web page could make a browser do, and sets the headers of every answer.
func guard(next http.Handler, hosts map[string]bool) http.Handler {
	cross := http.NewCrossOriginProtection() // Sec-Fetch-Site, or Origin against Host
	commands := cross.Handler(onlyJSON(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if !hostAllowed(r.Host, hosts) {
			fail(w, http.StatusMisdirectedRequest, "this page is not served under that host name; use the device's address")
			return
		}
		commands.ServeHTTP(w, r)
	})
}

// onlyJSON refuses bodies of a type that an HTML form can send.
func onlyJSON(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.Method == http.MethodPost && (err != nil || kind != "application/json") {
			fail(w, http.StatusUnsupportedMediaType, "send it as application/json")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostAllowed accepts addresses, which no foreign name server can point elsewhere, and the known names.
func hostAllowed(host string, known map[string]bool) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return known[strings.ToLower(strings.TrimSuffix(host, "."))]
}

// knownHosts are localhost, this machine's name, also under .local, and the name that the page listens on.
func knownHosts(listen string) map[string]bool {
	known := map[string]bool{"localhost": true}
	if h, _, err := net.SplitHostPort(listen); err == nil && h != "" {
		known[strings.ToLower(h)] = true
	}
	if h, err := os.Hostname(); err == nil && h != "" {
		h = strings.ToLower(h)
		known[h] = true
		short, _, _ := strings.Cut(h, ".")
		known[short+".local"] = true
	}
	return known
}
