package uplink

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// testRoot vouches for the shop. Both processes of a test make the same one.
func testRoot() *x509.Certificate {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root of the test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0), KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(nil, form, form, key.Public(), key)
	if err != nil {
		panic(err)
	}
	root, err := x509.ParseCertificate(raw)
	if err != nil {
		panic(err)
	}
	return root
}

// shopCertificate is one of as many names that it fills more than one packet.
func shopCertificate() (tls.Certificate, error) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return tls.Certificate{}, err
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{"shop.example"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0),
	}
	for len(form.DNSNames) < 40 {
		form.DNSNames = append(form.DNSNames, strings.ToLower(rand.Text())+".shop.example")
	}
	raw, err := x509.CreateCertificate(nil, form, testRoot(), key.Public(), ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, err
}

// shop serves pages on ports 80 and 443, and hangs in the handshake on 444.
func shop(ctx context.Context, g *errgroup.Group) error {
	cert, err := shopCertificate()
	if err != nil {
		return err
	}
	var ls [5]net.Listener
	for i, at := range []string{"10.9.0.1:80", "10.9.0.1:443", "10.9.0.1:444", "[::]:80", "[::]:443"} {
		if ls[i], err = net.Listen(map[bool]string{false: "tcp4", true: "tcp6"}[i >= 3], at); err != nil {
			return err
		}
	}
	web := &http.Server{Handler: http.HandlerFunc(shelf), ErrorLog: log.New(io.Discard, "", 0)}
	secure := &http.Server{Handler: web.Handler, ErrorLog: web.ErrorLog, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}} // one that serves without TLS first has no HTTP/2
	context.AfterFunc(ctx, func() { web.Close(); secure.Close(); ls[2].Close() })
	for _, i := range []int{0, 3} {
		g.Go(func() error { web.Serve(ls[i]); return nil })
		g.Go(func() error { secure.ServeTLS(ls[i+1], "", ""); return nil })
	}
	g.Go(func() error {
		for {
			c, err := ls[2].Accept()
			if err != nil {
				return nil
			}
			defer c.Close() // nothing is ever read
		}
	})
	return nil
}

// shelf has pages of more than one packet.
func shelf(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/down":
		w.WriteHeader(http.StatusServiceUnavailable)
	case "/stall":
		io.WriteString(w, strings.Repeat("a long page ", 300))
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return
	}
	io.WriteString(w, strings.Repeat("a long page ", 300)+"the end")
}
