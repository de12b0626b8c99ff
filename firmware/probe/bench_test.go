package probe_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// benchServer makes this test's binary be the server of the benchmarks: its CPU time must not count as ours.
const benchServer = "EDGEPROBE_BENCH_SERVER"

// serveBench prints its address and root certificate and serves a page until its standard input ends.
func serveBench() {
	ca := newAuthority(nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Addr())
	pem.Encode(os.Stdout, &pem.Block{Type: "CERTIFICATE", Bytes: ca.Cert.Raw})
	os.Stdout.Close()
	body := make([]byte, 500)
	s := http.Server{
		Handler:   http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(body) }),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{ca.Leaf(nil, "shop.example", nil)}},
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	go s.ServeTLS(l, "", "")
	io.Copy(io.Discard, os.Stdin)
	s.Close()
}

func startBench(b *testing.B) (address string, roots *x509.CertPool) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), benchServer+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	r := bufio.NewReader(out)
	if _, err := fmt.Fscanln(r, &address); err != nil {
		b.Fatal(err)
	}
	root, err := io.ReadAll(r)
	if err != nil {
		b.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(root)
	return address, roots
}

// cpu is the CPU time of this process so far, its kernel's share included.
func cpu() time.Duration {
	var u unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measured runs op b.N times and reports CPU time next to the wall's.
func measured(b *testing.B, op func() error) {
	for range 20 { // warm
		if err := op(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	before, n := cpu(), 0
	for b.Loop() {
		if err := op(); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(n), "cpu-µs/op")
}

func benchProber(b *testing.B, change func(*firmware.Check, *probe.Settings), want firmware.Conn) {
	address, roots := startBench(b)
	check, set := httpCheck("https://shop.example/", address, long), probe.Defaults()
	check.Interval, set.Roots = time.Hour, roots
	change(&check, &set)
	p := prober(b, check, loopback(), set)
	p.Do(b.Context())
	measured(b, func() error {
		if r := p.Do(b.Context()); r.Outcome != firmware.OutcomeOK || r.Conn != want {
			return fmt.Errorf("%v over %v: %s", r.Outcome, r.Conn, r.Detail)
		}
		return nil
	})
}

func BenchmarkHTTPSFull(b *testing.B) {
	benchProber(b, func(_ *firmware.Check, s *probe.Settings) { s.Resume = false }, firmware.ConnFull)
}

func BenchmarkHTTPSKept(b *testing.B) {
	benchProber(b, func(c *firmware.Check, _ *probe.Settings) { c.HTTP.Keep = true }, firmware.ConnKept)
}

func BenchmarkHTTPSResumed(b *testing.B) {
	benchProber(b, func(*firmware.Check, *probe.Settings) {}, firmware.ConnResumed)
}

func BenchmarkHTTPSResumedX25519(b *testing.B) {
	benchProber(b, func(_ *firmware.Check, s *probe.Settings) { s.X25519 = true }, firmware.ConnResumed)
}

// BenchmarkNetHTTP is the same request by bare net/http: a fresh connection, verified in full, body read.
func BenchmarkNetHTTP(b *testing.B) {
	address, roots := startBench(b)
	c := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots, ServerName: "shop.example"},
	}}
	measured(b, func() error {
		r, err := c.Get("https://" + address + "/")
		if err != nil {
			return err
		}
		defer r.Body.Close()
		_, err = io.Copy(io.Discard, r.Body)
		return err
	})
}
