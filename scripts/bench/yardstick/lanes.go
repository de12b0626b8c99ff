package yardstick

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/probe"
)

// probeTimeout bounds each run, of ours and of the bare loop.
const probeTimeout = 5 * time.Second

// Dial opens a connection, as [net.Dialer.DialContext] does.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Way is how a prober asks: over fresh connections always.
type Way struct {
	Resume bool // resumed TLS sessions, else full handshakes alone
	X25519 bool // the small key share alone, in full handshakes too
	Head   bool // HEAD instead of GET
}

// Prober is the lane of edgeprobe's own prober. A run that ends or connects otherwise than the lane says is an error.
func Prober(to Target, dial Dial, way Way) (Lane, error) {
	roots, err := pool(to)
	if err != nil {
		return Lane{}, err
	}
	_, port, err := net.SplitHostPort(to.Address)
	if err != nil {
		return Lane{}, fmt.Errorf("read target: %w", err)
	}
	clk, err := clock.New(time.Time{})
	if err != nil {
		return Lane{}, err
	}
	check := firmware.Check{
		Ref: firmware.CheckRef{Service: "bench", Name: "get"}, Kind: "http", Role: firmware.RoleEdge,
		Interval: time.Hour, Timeout: probeTimeout, // an hour: no full handshake falls due between two resumed ones
		HTTP: &firmware.HTTPCheck{URL: "https://" + net.JoinHostPort(Host, port) + "/", Address: to.Address},
	}
	via := probe.Via{Uplink: "bench", Dial: dial, ListenPacket: noPackets, Resolvers: func() []netip.AddrPort { return nil }}
	settings := probe.Defaults()
	settings.Roots, settings.Resume, settings.X25519 = roots, way.Resume, way.X25519
	body := uint32(bodySize)
	if way.Head {
		check.HTTP.Method, body = http.MethodHead, 0
	}
	p, err := probe.New(check, via, clk, settings)
	if err != nil {
		return Lane{}, err
	}
	lane := Lane{Name: "edgeprobe, " + way.String(), Done: func() { _ = p.Close() }}
	want := firmware.ConnFull
	lane.Once = func() error {
		r := p.Do(context.Background())
		if !r.Outcome.OK() || r.Conn != want || r.Bytes != body {
			return fmt.Errorf("unexpected run: %s %s, connection %q, %d bytes", r.Outcome, r.Detail, r.Conn, r.Bytes)
		}
		return nil
	}
	if way.Resume { // the first run fetches the ticket
		if err := lane.Once(); err != nil {
			return Lane{}, err
		}
		want = firmware.ConnResumed
	}
	return lane, nil
}

// Mode is how a bare loop connects.
type Mode string

// The modes.
const (
	Full    Mode = "full"    // a full handshake each time
	Resumed Mode = "resumed" // a fresh connection each time, its session resumed
	Kept    Mode = "kept"    // one connection for all
)

// NetHTTP is the lane to compare with: net/http as one writes it, and the body read to its end.
func NetHTTP(to Target, dial Dial, mode Mode) (Lane, error) {
	roots, err := pool(to)
	if err != nil {
		return Lane{}, err
	}
	conf := &tls.Config{RootCAs: roots, ServerName: Host}
	if mode == Resumed {
		conf.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	}
	client := &http.Client{Timeout: probeTimeout, Transport: &http.Transport{TLSClientConfig: conf, DisableKeepAlives: mode != Kept, DialContext: dial}}
	want := false
	lane := Lane{Name: "bare net/http, " + string(mode), Once: func() error { return fetch(client, to, want) }}
	if mode == Resumed {
		if err := lane.Once(); err != nil {
			return Lane{}, err
		}
		want = true
	}
	return lane, nil
}

func fetch(client *http.Client, to Target, resumed bool) error {
	res, err := client.Get("https://" + to.Address + "/")
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || n != bodySize || res.TLS.DidResume != resumed {
		return fmt.Errorf("unexpected answer: status %d, %d bytes, resumed %v", res.StatusCode, n, res.TLS.DidResume)
	}
	return nil
}

// String returns "resumed", "full, X25519", "resumed, HEAD".
func (w Way) String() string {
	words := "full"
	if w.Resume {
		words = "resumed"
	}
	if w.X25519 {
		words += ", X25519"
	}
	if w.Head {
		words += ", HEAD"
	}
	return words
}

func pool(to Target) (*x509.CertPool, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(to.CA)) {
		return nil, errors.New("read target: its authority is no PEM certificate")
	}
	return roots, nil
}

func noPackets(context.Context, string, string) (net.PacketConn, error) {
	return nil, errors.New("nothing is to be resolved here")
}
