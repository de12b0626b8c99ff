package feed

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"time"
)

// tryBytes is what a try may cost over an uplink: lookups, TLS with a long chain, and a refusal.
const tryBytes = 8 << 10

// open connects to the broker over the first uplink that can, beginning with s.first. The connection ends with its
// uplink.
func (s *Session) open(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timing.connect)
	defer cancel()
	to, err := parseURL(s.broker.URL)
	if err != nil {
		return nil, err
	}
	var tries []error
	for i := range s.deps.Dialers {
		at := (s.first + i) % len(s.deps.Dialers)
		d := s.deps.Dialers[at]
		life := d.life()
		err := context.Cause(life)
		if err == nil && s.early && d.Ask != nil && !d.Ask(tryBytes) {
			err = errors.New("its allowance bears no try before its time")
		}
		if err == nil {
			var raw net.Conn
			if raw, err = s.reach(ctx, d, to, len(s.deps.Dialers)-i); err == nil {
				s.used = at
				c := &conn{Conn: raw, patience: s.timing.write, uplink: d.Name, progress: make(chan struct{}, 1)}
				c.untie = context.AfterFunc(life, func() { c.fall(context.Cause(life)) })
				return c, nil
			}
		}
		tries = append(tries, fmt.Errorf("over uplink %s: %w", d.Name, err))
	}
	if len(tries) == 0 {
		return nil, errors.New("there is no uplink to connect over")
	}
	return nil, errors.Join(tries...)
}

// reach dials one uplink, leaving a fair share of the time to those that are still to be tried.
func (s *Session) reach(ctx context.Context, d Dialer, to endpoint, tries int) (net.Conn, error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/time.Duration(max(tries, 1)))
		defer cancel()
	}
	addrs, err := resolve(ctx, d, to.host)
	if err != nil {
		return nil, err
	}
	for i, a := range addrs {
		var c net.Conn
		if c, err = s.greet(ctx, d, netip.AddrPortFrom(a, to.port), to, len(addrs)-i); err == nil {
			return c, nil
		}
	}
	return nil, err
}

// greet dials one address, leaving a fair share of the time to those that are still to be tried: where one IP version
// is broken on the way, the other must still have its turn.
func (s *Session) greet(ctx context.Context, d Dialer, at netip.AddrPort, to endpoint, tries int) (net.Conn, error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/time.Duration(tries))
		defer cancel()
	}
	raw, err := d.Dial(ctx, "tcp", at.String())
	if err != nil || !to.secure {
		return raw, err
	}
	return s.secure(ctx, raw, to.host)
}

func resolve(ctx context.Context, d Dialer, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if d.Resolve == nil {
		return nil, fmt.Errorf("resolve %s: this uplink has no resolver", host)
	}
	addrs, err := d.Resolve(ctx, host)
	if err == nil && len(addrs) == 0 {
		err = errors.New("no address")
	}
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", host, err)
	}
	return addrs, nil
}

// secure makes TLS of raw, and closes it when it cannot.
func (s *Session) secure(ctx context.Context, raw net.Conn, host string) (net.Conn, error) {
	set := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, Time: s.deps.TLSTime}
	err := s.addRoots(set)
	if err == nil {
		c := tls.Client(raw, set)
		if err = c.HandshakeContext(ctx); err == nil {
			return c, nil
		}
	}
	_ = raw.Close() // the handshake's error says more
	return nil, fmt.Errorf("secure connection to %s: %w", host, err)
}

// addRoots reads the broker's CA file anew each time, so that mending the file is enough.
func (s *Session) addRoots(set *tls.Config) error {
	if s.broker.CAFile == "" {
		return nil
	}
	pem, err := os.ReadFile(s.broker.CAFile)
	if err != nil {
		return fmt.Errorf("read the broker's CA file: %w", err)
	}
	set.RootCAs = x509.NewCertPool()
	if !set.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("read the broker's CA file %s: it holds no PEM certificate", s.broker.CAFile)
	}
	return nil
}

// endpoint is where a broker listens.
type endpoint struct {
	host   string
	port   uint16
	secure bool
}

// parseURL reads mqtt://host[:port] and mqtts://host[:port]; the ports are 1883 and 8883 by default.
func parseURL(raw string) (endpoint, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "mqtt" && u.Scheme != "mqtts" {
		return endpoint{}, errors.New("the broker's url is not of the form mqtt://host:port or mqtts://host:port")
	}
	e := endpoint{host: u.Hostname(), port: 1883, secure: u.Scheme == "mqtts"}
	if e.secure {
		e.port = 8883
	}
	if u.Port() == "" {
		return e, nil
	}
	if _, err := fmt.Sscanf(u.Port(), "%d", &e.port); err != nil || e.port == 0 {
		return endpoint{}, fmt.Errorf("port %s of the broker's url is not from 1 to 65535", u.Port())
	}
	return e, nil
}
