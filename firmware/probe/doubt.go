package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// doubt returns what a failed handshake proves while nobody knows the time. That a certificate is outside its
// validity is then no word on the server: this device's clock may be years off, either way. But one that ended before
// a time that has certainly passed has ended; and what is wrong with the chain or the name whatever the time is, is
// wrong.
func doubt(err error, cfg *tls.Config, clock Clock) error {
	failed, ok := errors.AsType[*tls.CertificateVerificationError](err)
	invalid, timed := errors.AsType[x509.CertificateInvalidError](err)
	if !ok || !timed || invalid.Reason != x509.Expired || len(failed.UnverifiedCertificates) == 0 {
		return err
	}
	past, exact := clock.Floor()
	if exact || ended(verifyAt(failed.UnverifiedCertificates, cfg, past), past) {
		return err
	}
	leaf := failed.UnverifiedCertificates[0]
	if wrong := timeless(failed.UnverifiedCertificates, cfg); wrong != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: failed.UnverifiedCertificates, Err: wrong}
	}
	return localError{fmt.Errorf("the clock is not synchronised, so nobody knows whether the certificate is good now: it is from %s to %s",
		leaf.NotBefore.UTC().Format(time.DateOnly), leaf.NotAfter.UTC().Format(time.DateOnly))}
}

// ended reports whether a certificate does not verify because one of its chain ended before past.
func ended(err error, past time.Time) bool {
	e, ok := errors.AsType[x509.CertificateInvalidError](err)
	return ok && e.Reason == x509.Expired && e.Cert != nil && e.Cert.NotAfter.Before(past)
}

// timeless returns what is wrong with a chain throughout its first certificate's life; nil when something may be right.
func timeless(chain []*x509.Certificate, cfg *tls.Config) (wrong error) {
	from, life := chain[0].NotBefore, chain[0].NotAfter.Sub(chain[0].NotBefore)
	for _, at := range []time.Time{from, from.Add(life / 2), chain[0].NotAfter} {
		err := verifyAt(chain, cfg, at)
		invalid, timed := errors.AsType[x509.CertificateInvalidError](err)
		if err == nil || timed && invalid.Reason == x509.Expired {
			return nil
		}
		wrong = err
	}
	return wrong
}

// verifyAt verifies as crypto/tls does, at another time. That is never the zero time, which would be now.
func verifyAt(chain []*x509.Certificate, cfg *tls.Config, at time.Time) error {
	if at.IsZero() {
		at = at.Add(time.Second)
	}
	set := x509.VerifyOptions{Roots: cfg.RootCAs, DNSName: cfg.ServerName, CurrentTime: at, Intermediates: x509.NewCertPool()}
	for _, c := range chain[1:] {
		set.Intermediates.AddCert(c)
	}
	_, err := chain[0].Verify(set)
	return err
}
