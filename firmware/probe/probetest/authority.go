package probetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// Authority is a certificate authority of a test.
type Authority struct {
	Cert *x509.Certificate

	key *ecdsa.PrivateKey
}

// NewAuthority makes a root that ends in an hour.
func NewAuthority(t testing.TB) *Authority {
	form := authorityForm("test root")
	a := &Authority{key: newKey(t)}
	a.Cert = sign(t, form, form, &a.key.PublicKey, a.key)
	return a
}

// Pool holds the root alone.
func (a *Authority) Pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.Cert)
	return p
}

// PEM is the root as a file has it.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Cert.Raw})
}

// Below makes an authority that a vouches for; change may spoil its form.
func (a *Authority) Below(t testing.TB, change func(*x509.Certificate)) *Authority {
	form := authorityForm("test intermediate")
	if change != nil {
		change(form)
	}
	b := &Authority{key: newKey(t)}
	b.Cert = sign(t, form, a.Cert, &b.key.PublicKey, a.key)
	return b
}

// Leaf issues a server's certificate; change may spoil its form.
func (a *Authority) Leaf(t testing.TB, name string, change func(*x509.Certificate)) tls.Certificate {
	return a.LeafOf(t, newKey(t), name, change)
}

// LeafOf is [Authority.Leaf] for a given key.
func (a *Authority) LeafOf(t testing.TB, key crypto.Signer, name string, change func(*x509.Certificate)) tls.Certificate {
	form := leafForm(name)
	if change != nil {
		change(form)
	}
	return tls.Certificate{Certificate: [][]byte{sign(t, form, a.Cert, key.Public(), a.key).Raw}, PrivateKey: key}
}

// SelfSigned is a certificate that nobody else vouches for.
func SelfSigned(t testing.TB, name string) tls.Certificate {
	key := newKey(t)
	form := &x509.Certificate{SerialNumber: big.NewInt(3), DNSNames: []string{name}, NotBefore: born(), NotAfter: time.Now().Add(time.Hour)}
	return tls.Certificate{Certificate: [][]byte{sign(t, form, form, &key.PublicKey, key).Raw}, PrivateKey: key}
}

// born is when all certificates begin: long before any program that looks at them was built.
func born() time.Time { return time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC) }

func authorityForm(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: born(), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
}

func leafForm(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: born(), NotAfter: time.Now().Add(time.Hour).Truncate(time.Second),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, form, by *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	raw, err := x509.CreateCertificate(rand.Reader, form, by, public, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
