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
	family  int            // 4 or 6: only that; 0: either
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
	literal := literalOf(t.name, c.Family)
	t.address, t.family = netip.AddrPortFrom(literal, uint16(port)), c.Family
	if c.Address != "" {
		if err := t.pin(c.Address); err != nil {
			return t, err
		}
	}
	return t, t.suits()
}

// literalOf is the address that a host is, without asking anybody: its own, or the loopback's where it is localhost or
// below it, which resolvers must not be asked for (RFC 6761 section 6.3). Of a name it is none.
func literalOf(host string, family int) netip.Addr {
	if a, err := netip.ParseAddr(host); err == nil {
		return a
	}
	switch h := strings.ToLower(host); {
	case h != "localhost" && !strings.HasSuffix(h, ".localhost"):
		return netip.Addr{}
	case family == 6:
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// suits holds the address, where it is known, to the uplink's interface and the IP version wanted.
func (t *target) suits() error {
	a := t.address.Addr().Unmap()
	switch {
	case a.Zone() != "":
		return errors.New("its address has a zone: the uplink chooses the interface")
	case t.family != 0 && t.family != 4 && t.family != 6:
		return fmt.Errorf("IP version %d is not 4 or 6", t.family)
	case t.family != 0 && a.IsValid() && a.Is4() != (t.family == 4):
		return fmt.Errorf("its address is not of IP version %d", t.family)
	}
	return nil
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
// there is none, which spares a metered uplink a query per run; or only the one family that is measured.
func (t target) questions() ([]question, error) {
	if !t.resolves() {
		return nil, nil
	}
	kinds := []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA}
	switch t.family {
	case 4:
		kinds = kinds[:1]
	case 6:
		kinds = kinds[1:]
	}
	var qs []question
	for _, kind := range kinds {
		q, err := newQuestion(t.name, kind)
		if err != nil {
			return nil, fmt.Errorf("url's host: %w", err)
		}
		qs = append(qs, q)
	}
	return qs, nil
}

// nonceName is the query parameter of a nonce, and nonceBlank what stands for its value until a run fills it in.
const (
	nonceName  = "edgeprobe"
	nonceBlank = "0000000000000000"
)

// newRequest renders the whole request once: no run changes more of it than its nonce.
func newRequest(c *firmware.HTTPCheck, t target, agent string) (*http.Request, []byte, error) {
	u := *t.url
	if c.Nonce {
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+nonceName+"="+nonceBlank, "&")
	}
	req, err := http.NewRequest(c.Method, u.String(), strings.NewReader(c.Body))
	if err != nil || c.Method == http.MethodConnect {
		return nil, nil, fmt.Errorf("method %q cannot be sent", c.Method)
	}
	req.Close = !c.Keep
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
