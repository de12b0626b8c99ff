package probe

import (
	"net/http"
	"strings"
)

// edgeMade reports whether an edge certainly made this error itself, because the origin gave it no answer that it
// could use. What an edge passes on from the origin often looks alike, so only these signs count:
//
//   - Proxy-Status with an error (RFC 9209), on a status of 500 or more;
//   - Cloudflare's own numbers, 520 to 527 and 530;
//   - CloudFront, where it names itself as the server of an error: it leaves an origin's Server header alone;
//   - Akamai, likewise.
func edgeMade(status int, h http.Header) bool {
	if status < 500 {
		return false
	}
	server := strings.ToLower(h.Get("Server"))
	switch {
	case server == "cloudflare" || h.Get("CF-Ray") != "":
		return status >= 520 && status <= 527 || status == 530
	case server == "cloudfront":
		return strings.EqualFold(h.Get("X-Cache"), "Error from cloudfront")
	case server == "akamaighost":
		return true
	}
	list, ok := parseList(strings.Join(h.Values("Proxy-Status"), ", "))
	for _, m := range list {
		if ok && m.text("error") != "" {
			return true
		}
	}
	return false
}
