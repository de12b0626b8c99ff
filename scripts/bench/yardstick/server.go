package yardstick

import (
	"bufio"
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
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
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

// Counts are what a server has seen since it started.
type Counts struct {
	Requests int64 `json:"requests"`
	Full     int64 `json:"full"`    // full handshakes
	Resumed  int64 `json:"resumed"` // handshakes that resumed a session
}

// Minus returns what was seen since before.
func (c Counts) Minus(before Counts) Counts {
	return Counts{c.Requests - before.Requests, c.Full - before.Full, c.Resumed - before.Resumed}
}

// tally counts while a server serves.
type tally struct{ requests, full, resumed atomic.Int64 }

func (t *tally) counts() Counts { return Counts{t.requests.Load(), t.full.Load(), t.resumed.Load()} }

func (t *tally) handshake(s tls.ConnectionState) error {
	if s.DidResume {
		t.resumed.Add(1)
	} else {
		t.full.Add(1)
	}
	return nil
}

// Serve answers HTTPS at an address, like "127.0.0.1:0", with 1,024 bytes for every request: one [Target] as a line of
// JSON on w, then its [Counts] as another for every line of questions, until these end. The chain is what a small site
// has today: an ECDSA P-256 leaf, signed by an authority that isn't sent.
func Serve(address string, questions io.Reader, w io.Writer) error {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	cert, ca, err := Issue(ln.Addr().(*net.TCPAddr).IP)
	if err != nil {
		return errors.Join(fmt.Errorf("issue certificate: %w", err), ln.Close())
	}
	var seen tally
	srv := server(cert, &seen)
	out := json.NewEncoder(w)
	if err := out.Encode(Target{ln.Addr().String(), string(ca)}); err != nil {
		return errors.Join(fmt.Errorf("announce server: %w", err), ln.Close())
	}
	var g errgroup.Group
	g.Go(func() error {
		if err := srv.ServeTLS(ln, "", ""); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		defer srv.Close()
		lines := bufio.NewScanner(questions)
		for lines.Scan() {
			if err := out.Encode(seen.counts()); err != nil {
				return fmt.Errorf("tell counts: %w", err)
			}
		}
		return lines.Err()
	})
	return g.Wait()
}

func server(cert tls.Certificate, seen *tally) *http.Server {
	body := make([]byte, bodySize)
	for i := range body {
		body[i] = 'x'
	}
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			seen.requests.Add(1)
			_, _ = w.Write(body)
		}),
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}, VerifyConnection: seen.handshake,
		},
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
}

// Issue makes a leaf for [Host] and addresses, and the authority that signed it as PEM.
func Issue(at ...net.IP) (leaf tls.Certificate, ca []byte, err error) {
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
	site.DNSNames, site.IPAddresses, site.KeyUsage = []string{Host}, at, x509.KeyUsageDigitalSignature
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
