package yardstick

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"
)

// Host is the name in the server's certificate.
const Host = "bench.example"

// bodySize is the length of the server's answer in bytes: that of the peers' measurements.
const bodySize = 1024

// Target is a server to measure against.
type Target struct {
	Address string `json:"address"` // "ip:port"
	CA      string `json:"ca"`      // PEM of the authority that signed its certificate
}

// Serve answers HTTPS on loopback until ctx ends: one Target as a line of JSON on w, then 1,024 bytes for every request.
// The chain is what a small site has today: an ECDSA P-256 leaf, signed by an authority that isn't sent.
func Serve(ctx context.Context, w io.Writer) error {
	cert, ca, err := Issue()
	if err != nil {
		return fmt.Errorf("issue certificate: %w", err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	body := make([]byte, bodySize)
	for i := range body {
		body[i] = 'x'
	}
	srv := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}},
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	defer context.AfterFunc(ctx, func() { _ = srv.Close() })()
	if err := json.NewEncoder(w).Encode(Target{ln.Addr().String(), string(ca)}); err != nil {
		return errors.Join(fmt.Errorf("announce server: %w", err), ln.Close())
	}
	if err := srv.ServeTLS(ln, "", ""); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// Issue makes a leaf for [Host], and the authority that signed it as PEM.
func Issue() (leaf tls.Certificate, ca []byte, err error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return leaf, nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return leaf, nil, err
	}
	authority := template(1, "bench authority")
	authority.IsCA, authority.BasicConstraintsValid, authority.KeyUsage = true, true, x509.KeyUsageCertSign
	site := template(2, Host)
	site.DNSNames, site.KeyUsage = []string{Host}, x509.KeyUsageDigitalSignature
	caDER, err := x509.CreateCertificate(rand.Reader, authority, authority, &caKey.PublicKey, caKey)
	if err != nil {
		return leaf, nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, site, authority, &key.PublicKey, caKey)
	if err != nil {
		return leaf, nil, err
	}
	ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, ca, nil
}

func template(serial int64, name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
	}
}
