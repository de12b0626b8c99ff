package probetest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"edgeprobe.io/firmware"
)

// Site answers each request line of a script, and notes what it heard.
type Site struct {
	Script map[string]string

	mu    sync.Mutex
	heard []string
}

// Handle answers one request.
func (s *Site) Handle(c net.Conn) {
	buf := make([]byte, 8192)
	n, _ := c.Read(buf)
	line, _, _ := strings.Cut(string(buf[:n]), " HTTP/1.1")
	s.mu.Lock()
	s.heard = append(s.heard, string(buf[:n]))
	s.mu.Unlock()
	io.WriteString(c, s.Script[line])
}

// Heard returns the requests so far, whole.
func (s *Site) Heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard
}

// scripted is a site that is to be asked so often.
func scripted(script map[string]string, requests int, change func(*firmware.HTTPCheck)) starter {
	return func(s Stage) Setup {
		site := &Site{Script: script}
		up := page(Serve(s, site.Handle))
		if change != nil {
			change(up.Check.HTTP)
		}
		up.After = func(firmware.Result) error {
			if n := len(site.Heard()); n != requests {
				return fmt.Errorf("%d requests, want %d", n, requests)
			}
			return nil
		}
		return up
	}
}

func follow(n int) func(*firmware.HTTPCheck) {
	return func(c *firmware.HTTPCheck) { c.Redirects = n }
}

// redirectRows is redirects, followed and not.
func redirectRows() []Behaviour {
	const ok, badStatus, off = firmware.OutcomeOK, firmware.OutcomeHTTPStatus, firmware.OutcomeHTTPRedirect
	type says = map[string]string
	post := func(c *firmware.HTTPCheck) { c.Redirects, c.Method, c.Body = 1, "POST", "part" }
	return append(over(firmware.ConnPlain,
		row("answer-by-default", "302 where none is followed", scripted(says{"GET /": Moved(302, "/a")}, 1, nil), badStatus).status(302),
		row("followed", "302 to a page", scripted(says{"GET /": Moved(302, "/a"), "GET /a": Page}, 2, follow(1)), ok).status(200),
		row("followed-twice", "301 and 308 to a page", scripted(says{"GET /": Moved(301, "a"), "GET /a": Moved(308, "/b?c=d#e"), "GET /b?c=d": Page}, 3, follow(2)), ok).status(200),
		row("to-an-error", "307 to a 503", scripted(says{"GET /": Moved(307, "/a"), "GET /a": Answer(503, "", "")}, 2, follow(3)), badStatus).status(503),
		row("to-a-wrong-page", "303 to a page that does not match", scripted(says{"GET /": Moved(303, "/a"), "GET /a": Page}, 2, func(c *firmware.HTTPCheck) { c.Redirects, c.ExpectBody = 1, "welcome" }), firmware.OutcomeBodyMismatch).status(200),
		row("once-too-often", "one redirect more than is followed", scripted(says{"GET /": Moved(302, "/a"), "GET /a": Moved(302, "/b"), "GET /b": Page}, 2, follow(1)), off).status(302),
		row("loop", "two pages that lead to each other", scripted(says{"GET /": Moved(302, "/a"), "GET /a": Moved(302, "/")}, 2, follow(10)), off).status(302),
		row("loop-of-one", "a page that leads to itself", scripted(says{"GET /": Moved(302, "/")}, 1, follow(10)), off).status(302),
		row("expected-as-it-is", "302 where just that is wanted", scripted(says{"GET /": Moved(302, "/a")}, 1, func(c *firmware.HTTPCheck) { c.Redirects, c.Status = 3, []int{302} }), ok).status(302),
		row("without-a-place", "302 that does not say where to", scripted(says{"GET /": Answer(302, "", "")}, 1, follow(3)), badStatus).status(302),
		row("300-is-none", "300, which leaves the choice", scripted(says{"GET /": Moved(300, "/a")}, 1, follow(3)), badStatus).status(300),
		row("to-another-scheme", "302 to ftp", scripted(says{"GET /": Moved(302, "ftp://shop.example/")}, 1, follow(3)), off).status(302),
		row("to-a-script", "302 to javascript:", scripted(says{"GET /": Moved(302, "javascript:alert(1)")}, 1, follow(3)), off).status(302),
		row("to-no-url", "302 to what is no URL", scripted(says{"GET /": Moved(302, "http://[::1/")}, 1, follow(3)), off).status(302),
		row("to-a-user", "302 to a URL with a password", scripted(says{"GET /": Moved(302, "http://a:b@shop.example/")}, 1, follow(3)), off).status(302),
		row("to-another-interface", "302 to an address with a zone, which names an interface of this device", scripted(says{"GET /": Moved(302, "http://[fe80::1%25lo]/")}, 1, follow(3)), off).status(302),
		row("to-a-neighbour", "302 to an address of the link", scripted(says{"GET /": Moved(302, "http://[fe80::1]/")}, 1, follow(3)), off).status(302),
		row("to-this-device", "302 to 0.0.0.0, which the kernel takes for this device", scripted(says{"GET /": Moved(302, "http://0.0.0.0/")}, 1, follow(3)), off).status(302),
		row("to-everybody", "302 to 255.255.255.255", scripted(says{"GET /": Moved(302, "http://255.255.255.255/")}, 1, follow(3)), off).status(302),
		row("post-becomes-get", "302 after a POST", scripted(says{"POST /": Moved(302, "/a"), "GET /a": Page}, 2, post), ok).status(200),
		row("post-stays-one", "307 after a POST", scripted(says{"POST /": Moved(307, "/a"), "POST /a": Page}, 2, post), ok).status(200),
		row("body-stays-where-it-is", "307 after a POST, to another host", scripted(says{"POST /": Moved(307, "http://other.example/a")}, 1, post), off).status(307),
		row("page-of-redirect-without-end", "a redirect whose own page never ends", func(s Stage) Setup {
			up := page(Serve(s, func(c net.Conn) {
				buf := make([]byte, 4096)
				if n, _ := c.Read(buf); strings.HasPrefix(string(buf[:n]), "GET /a ") {
					io.WriteString(c, Page)
					return
				}
				io.WriteString(c, "HTTP/1.1 302 X\r\nLocation: /a\r\n\r\n")
				Holds(c)
			}))
			up.Check.HTTP.Redirects = 1
			return up
		}, ok).status(200),
		row("slow-redirects", "redirects that take their time: they share one timeout", starter(slowly).asks(follow(10)).within(Short), firmware.OutcomeTimeout),
	), elsewhereRows()...)
}

// elsewhereRows is redirects to other ports, with TLS and without.
func elsewhereRows() []Behaviour {
	const ok, full, plain = firmware.OutcomeOK, firmware.ConnFull, firmware.ConnPlain
	return slices.Concat(
		over(full,
			row("up-to-https", "http leads to https", elsewhere(false, true, nil, nil), ok).status(200),
			row("down-to-http", "https leads to http", elsewhere(true, false, nil, nil), firmware.OutcomeHTTPRedirect).status(301)),
		over(plain, row("down-as-allowed", "https leads to http, where the check allows it", elsewhere(true, false, nil, func(c *firmware.HTTPCheck) { c.Downgrade = true }), ok).status(200)),
		over(firmware.ConnNone,
			row("up-to-an-expired", "http leads to https with an expired certificate", elsewhere(false, true, expired, nil), firmware.OutcomeTLSExpired).certified(),
			row("up-to-a-wrong-name", "http leads to https with a certificate for another name", elsewhere(false, true, named("other.example"), nil), firmware.OutcomeTLSHostname).certified()),
	)
}

// slowly leads on and on, a quarter of the timeout later each time.
func slowly(s Stage) Setup {
	var n atomic.Int64
	return page(Serve(s, func(c net.Conn) { SaysLate(Moved(302, fmt.Sprintf("/%d", n.Add(1))), Short/4)(c) }))
}

// expired ended before anything that tests this was built.
func expired(c *x509.Certificate) { c.NotAfter = c.NotBefore.AddDate(1, 0, 0) }

// elsewhere is a server that leads to another of the same name.
func elsewhere(fromTLS, toTLS bool, spoil func(*x509.Certificate), change func(*firmware.HTTPCheck)) starter {
	return func(s Stage) Setup {
		serve := func(secure bool, leaf func() tls.Certificate, handle func(net.Conn)) (scheme, address string) {
			if !secure {
				return "http", Serve(s, handle)
			}
			return "https", ServeTLS(s, &tls.Config{Certificates: []tls.Certificate{leaf()}}, handle)
		}
		scheme, second := serve(toTLS, func() tls.Certificate { return s.CA.Leaf(s, host, spoil) }, Says(Page))
		_, port, _ := net.SplitHostPort(second)
		to := fmt.Sprintf("%s://%s:%s/", scheme, host, port)
		scheme, first := serve(fromTLS, func() tls.Certificate { return s.CA.Leaf(s, host, nil) }, Says(Moved(301, to)))
		up := page(first)
		up.Check.HTTP.URL, up.Check.HTTP.Redirects = scheme+"://"+host+"/", 2
		if change != nil {
			change(up.Check.HTTP)
		}
		return up
	}
}
