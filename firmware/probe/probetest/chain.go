package probetest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net"
	"time"

	"edgeprobe.io/firmware"
)

// leaf is a certificate of the table's authority, after change.
func leaf(change func(*x509.Certificate)) func(Stage) tls.Certificate {
	return func(s Stage) tls.Certificate { return s.CA.Leaf(s, host, change) }
}

// rsaLeaf is a good certificate with an RSA key of that many bits.
func rsaLeaf(bits int) func(Stage) tls.Certificate {
	return func(s Stage) tls.Certificate {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			s.Fatal(err)
		}
		return s.CA.LeafOf(s, key, host, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment })
	}
}

// below is a certificate by an intermediate authority, which spoil may spoil, and which is sent or not.
func below(spoil func(*x509.Certificate), sent bool) func(Stage) tls.Certificate {
	return func(s Stage) tls.Certificate {
		between := s.CA.Below(s, spoil)
		c := between.Leaf(s, host, nil)
		if sent {
			c.Certificate = append(c.Certificate, between.Cert.Raw)
		}
		return c
	}
}

// deep is a certificate below so many authorities, each below the next, all sent.
func deep(levels int, spoil func(*x509.Certificate)) func(Stage) tls.Certificate {
	return func(s Stage) tls.Certificate {
		a, sent := s.CA, [][]byte(nil)
		for range levels {
			a = a.Below(s, spoil)
			sent = append([][]byte{a.Cert.Raw}, sent...)
		}
		c := a.Leaf(s, host, nil)
		c.Certificate = append(c.Certificate, sent...)
		return c
	}
}

// chainRows is what can be wrong with a certificate and those that vouch for it (RFC 5280).
func chainRows() []Behaviour {
	const other, unknown, hostname, ended = firmware.OutcomeTLSOther, firmware.OutcomeTLSUnknownCA, firmware.OutcomeTLSHostname, firmware.OutcomeTLSExpired
	sees := func(name, does string, cert func(Stage) tls.Certificate, want firmware.Outcome, detail string) Behaviour {
		b := row(name, does, handshaken(cert, nil), want).saying(detail).certified()
		if want.OK() {
			b.Want.Conn = firmware.ConnFull
		}
		return b
	}
	return []Behaviour{
		sees("chain-expired", "a certificate that ended years ago", leaf(expired), ended, "; certificate of shop.example by test root until "),
		sees("chain-early", "a certificate that begins in a minute", leaf(early), ended, "certificate of shop.example").timed(),
		sees("chain-other-name", "a certificate for another name", leaf(named("other.example")), hostname, "certificate of other.example by test root"),
		sees("chain-without-names", "a certificate with a common name only, which nobody reads any more", leaf(func(c *x509.Certificate) { c.DNSNames = nil }), hostname, "for no name"),
		sees("chain-wildcard", "a certificate for all names of the domain", leaf(named("*.example")), firmware.OutcomeOK, "*.example"),
		sees("chain-wildcard-too-high", "a certificate for the names below", leaf(named("*.shop.example")), hostname, ""),
		sees("chain-many-names", "a certificate for 3,000 names, the right one last", leaf(named(append(numbered(2999), host)...)), firmware.OutcomeOK, "and 2998 more"),
		sees("chain-many-wrong-names", "a certificate for 3,000 other names", leaf(named(numbered(3000)...)), hostname, "and 2998 more"),
		sees("chain-other-authority", "a certificate of an unknown authority", func(s Stage) tls.Certificate { return NewAuthority(s).Leaf(s, host, nil) }, unknown, "by test root"),
		sees("chain-self-signed", "a certificate that only it itself vouches for", func(s Stage) tls.Certificate { return SelfSigned(s, host) }, unknown, "certificate of nobody by itself until "),
		sees("chain-for-clients", "a certificate that is for clients", leaf(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), other, "certificate of shop.example"),
		sees("chain-critical-unknown", "a certificate that demands what nobody knows", leaf(demanding), other, "certificate of shop.example"),
		sees("chain-rsa-2048", "an RSA key of 2048 bits", rsaLeaf(2048), firmware.OutcomeOK, "certificate of shop.example"),
		sees("chain-sha1", "a certificate signed with SHA-1", leaf(func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }), unknown, "certificate of shop.example"),
		sees("intermediate-sent", "a certificate below an intermediate authority", below(nil, true), firmware.OutcomeOK, "by test intermediate"),
		sees("intermediate-missing", "the same, but the intermediate is not sent", below(nil, false), unknown, "by test intermediate"),
		sees("intermediate-expired", "below an intermediate that ended years ago", below(expired, true), ended, "by test intermediate"),
		sees("intermediate-no-authority", "below one that is no authority", below(func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature }, true), unknown, "by test intermediate"),
		sees("intermediate-of-other-names", "below an authority for other names only", below(func(c *x509.Certificate) {
			c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"other.example"}, true
		}, true), other, "by test intermediate"),
		sees("chain-of-five", "four intermediate authorities", deep(4, nil), firmware.OutcomeOK, "by test intermediate"),
		sees("chain-too-long", "two authorities below one that allows none below it", deep(2, func(c *x509.Certificate) { c.MaxPathLenZero = true }), other, "by test intermediate"),
		row("chain-of-300-kb", "a chain of 300 KB", handshaken(heavy, nil), other),
		row("address-in-certificate", "a target by address, and a certificate for it", byAddress(func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)} }), firmware.OutcomeOK).over(firmware.ConnFull),
		row("address-not-in-certificate", "a target by address, and a certificate for a name", byAddress(nil), hostname).certified(),
		row("chain-ends-before-leaf", "an intermediate that ends before the days wanted", handshaken(below(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(20 * time.Minute) }, true), nil).
			shakes(func(c *firmware.TLSCheck) { c.Days = 1 }), firmware.OutcomeTLSExpiring).over(firmware.ConnFull).timed(),
	}
}

func (b Behaviour) over(conn firmware.Conn) Behaviour { b.Want.Conn = conn; return b }

func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("n%d.example", i))
	}
	return names
}

func demanding(c *x509.Certificate) {
	c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Critical: true, Value: []byte{5, 0}}}
}

// heavy sends its certificate with 600 others that have nothing to do with it.
func heavy(s Stage) tls.Certificate {
	c := s.CA.Leaf(s, host, nil)
	for len(c.Certificate)*len(c.Certificate[0]) < 300<<10 {
		c.Certificate = append(c.Certificate, c.Certificate[0])
	}
	return c
}

// byAddress is a check of a server under its address instead of a name.
func byAddress(change func(*x509.Certificate)) starter {
	return func(s Stage) Setup {
		up := handshaken(leaf(change), nil)(s)
		up.Check.TLS.Target, up.Check.TLS.Address = up.Check.TLS.Address, ""
		return up
	}
}
