package probe

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/net/http/httpguts"

	"edgeprobe.io/firmware"
)

// target is where an http check goes.
type target struct {
	url     *url.URL
	name    string         // host of the URL, as a certificate has it
	address netip.AddrPort // only the port is set when the name must be resolved
	secure  bool
}

func (t target) resolves() bool { return !t.address.Addr().IsValid() }

// newTarget reads the URL and the pinned address. Its errors never print the URL, which may hold secrets.
func newTarget(c *firmware.HTTPCheck) (t target, err error) {
	t.url, err = url.Parse(c.URL)
	switch {
	case err != nil:
		return t, fmt.Errorf("url cannot be read: %w", errors.Unwrap(err))
	case t.url.Scheme != "http" && t.url.Scheme != "https":
		return t, fmt.Errorf("url has the scheme %q, want http or https", t.url.Scheme)
	case t.url.Hostname() == "":
		return t, errors.New("url has no host")
	case t.url.User != nil:
		return t, errors.New("url has user information: send an Authorization header instead")
	}
	t.secure = t.url.Scheme == "https"
	port := uint64(80)
	if t.secure {
		port = 443
	}
	if p := t.url.Port(); p != "" {
		if port, err = strconv.ParseUint(p, 10, 16); err != nil || port == 0 {
			return t, fmt.Errorf("url has the port %q, want 1 to 65535", p)
		}
	}
	t.name = strings.TrimSuffix(t.url.Hostname(), ".")
	literal, _ := netip.ParseAddr(t.name)
	t.address = netip.AddrPortFrom(literal, uint16(port))
	if c.Address != "" {
		return t, t.pin(c.Address)
	}
	return t, nil
}

// pin replaces resolving by an address.
func (t *target) pin(address string) error {
	if a, err := netip.ParseAddr(address); err == nil {
		t.address = netip.AddrPortFrom(a, t.address.Port())
		return nil
	}
	a, err := netip.ParseAddrPort(address)
	if err != nil || a.Port() == 0 {
		return fmt.Errorf("address %q is not ip or ip:port", address)
	}
	t.address = a
	return nil
}

// questions are what is asked to resolve the name, in order: IPv4 is preferred, and IPv6 asked for only when
// there is none, which spares a metered uplink a query per run.
func (t target) questions() ([]question, error) {
	var qs []question
	for _, kind := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA} {
		q, err := newQuestion(t.name, kind)
		if err != nil {
			return nil, fmt.Errorf("url's host: %w", err)
		}
		qs = append(qs, q)
	}
	return qs, nil
}

// newRequest renders the whole request once: no run ever changes it.
func newRequest(c *firmware.HTTPCheck, t target, agent string) (*http.Request, []byte, error) {
	req, err := http.NewRequest(c.Method, t.url.String(), strings.NewReader(c.Body))
	if err != nil || c.Method == http.MethodConnect {
		return nil, nil, fmt.Errorf("method %q cannot be sent", c.Method)
	}
	req.Close = true
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept", "*/*")
	req.Header.Set("Accept-Encoding", "identity")
	for name, value := range c.Headers {
		if err := setHeader(req, name, value); err != nil {
			return nil, nil, err
		}
	}
	var raw bytes.Buffer
	if err := req.Write(&raw); err != nil {
		return nil, nil, errors.New("the request cannot be written: mend its host and headers")
	}
	return req, raw.Bytes(), nil
}

func setHeader(req *http.Request, name, value string) error {
	if !httpguts.ValidHeaderFieldName(name) {
		return fmt.Errorf("header name %q is not a token", name)
	}
	if !httpguts.ValidHeaderFieldValue(value) {
		return fmt.Errorf("the value of header %q has control characters", name)
	}
	switch name = http.CanonicalHeaderKey(name); name {
	case "Connection", "Content-Length", "Transfer-Encoding", "Trailer", "Upgrade", "Expect", "Te":
		return fmt.Errorf("header %q belongs to the connection and cannot be set", name)
	case "Host":
		if !httpguts.ValidHostHeader(value) || value == "" {
			return errors.New("the value of header \"Host\" is not a host")
		}
		req.Host = value
	default:
		req.Header.Set(name, value)
	}
	return nil
}
