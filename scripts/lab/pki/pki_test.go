package pki_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"testing"

	"edgeprobe.io/scripts/lab/pki"
)

// verify says what a client that trusts a says of a certificate for a name.
func verify(t *testing.T, a *pki.Authority, c *tls.Certificate, name string) error {
	t.Helper()
	_, err := c.Leaf.Verify(x509.VerifyOptions{Roots: a.Client(), DNSName: name})
	return err
}

func authority(t *testing.T) *pki.Authority {
	t.Helper()
	a, err := pki.New("test")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCertificatesAreGoodOrBadAsAsked(t *testing.T) {
	a, stranger := authority(t), authority(t)
	good, err := a.Server("shop.example", "*.shop.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(t, a, good, "eu.shop.example"); err != nil {
		t.Errorf("a good one: %v", err)
	}
	if err := verify(t, a, good, "www.example.net"); !errors.As(err, new(x509.HostnameError)) {
		t.Errorf("of another host: %v", err)
	}
	if err := verify(t, stranger, good, "shop.example"); !errors.As(err, new(x509.UnknownAuthorityError)) {
		t.Errorf("of an unknown authority: %v", err)
	}
	old, err := a.Expired("shop.example")
	if err != nil {
		t.Fatal(err)
	}
	var invalid x509.CertificateInvalidError
	if err := verify(t, a, old, "shop.example"); !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Errorf("an expired one: %v", err)
	}
}
