package probe

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"time"
)

// shows notes what a handshake showed: version, protocol and certificate.
func (r *run) shows(s tls.ConnectionState) {
	var words []string
	if s.Version != 0 {
		words = append(words, tls.VersionName(s.Version))
	}
	if s.NegotiatedProtocol != "" {
		words = append(words, "ALPN "+brief(s.NegotiatedProtocol))
	}
	if len(s.PeerCertificates) > 0 {
		leaf := s.PeerCertificates[0]
		r.result.Expires = leaf.NotAfter.Unix()
		words = append(words, certificateText(leaf))
	}
	r.seen = strings.Join(words, ", ")
}

// certificateText says whose certificate it is, who issued it, until when it holds, and for which names.
func certificateText(c *x509.Certificate) string {
	subject, issuer := cmp.Or(c.Subject.CommonName, c.Subject.String(), "nobody"), cmp.Or(c.Issuer.CommonName, c.Issuer.String(), "nobody")
	if c.Subject.String() == c.Issuer.String() {
		issuer = "itself"
	}
	return fmt.Sprintf("certificate of %s by %s until %s for %s", brief(subject), brief(issuer), c.NotAfter.UTC().Format(time.DateOnly), namesOf(c))
}

// namesOf lists the first of the names that a certificate is for.
func namesOf(c *x509.Certificate) string {
	const shown = 2
	var names []string
	for _, n := range c.DNSNames {
		names = append(names, brief(n))
	}
	for _, a := range c.IPAddresses {
		names = append(names, a.String())
	}
	switch {
	case len(names) == 0:
		return "no name"
	case len(names) > shown:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
	}
	return strings.Join(names, ", ")
}

// brief bounds what a server says of itself: it stands beside more.
func brief(s string) string {
	const most = 32 // bytes
	if s = clean(s); len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
