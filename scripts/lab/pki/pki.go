// Package pki makes the lab's certificates: good ones, and those that go wrong in the ways certificates do.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// day is how long everything is valid.
const day = 24 * time.Hour

// Authority issues certificates.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// New makes an authority. Two of one name are strangers all the same.
func New(name string) (*Authority, error) {
	a := &Authority{}
	now := time.Now()
	cert, key, err := a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-2 * day), NotAfter: now.Add(day),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	a.cert, a.key = cert, key
	return a, err
}

// PEM returns the authority's certificate as a trust file.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Client returns the roots of somebody who trusts this authority alone.
func (a *Authority) Client() *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	return roots
}

// Server issues a server's certificate for names, valid since an hour.
func (a *Authority) Server(names ...string) (*tls.Certificate, error) {
	return a.server(time.Now().Add(-time.Hour), names)
}

// Expired issues one that was good until a year ago: before any device was built, so that one whose clock nobody has
// set knows too.
func (a *Authority) Expired(names ...string) (*tls.Certificate, error) {
	return a.server(time.Now().Add(-366*day), names)
}

func (a *Authority) server(from time.Time, names []string) (*tls.Certificate, error) {
	cert, key, err := a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotBefore: from, NotAfter: from.Add(day),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

// issue signs a template, with its own key where there is no authority yet.
func (a *Authority) issue(template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	template.SerialNumber = new(big.Int).SetUint64(uint64(time.Now().UnixNano()))
	parent, signer := template, key
	if a.cert != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, nil, fmt.Errorf("sign a certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	return cert, key, err
}
