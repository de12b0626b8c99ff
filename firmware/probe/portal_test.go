package probe_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
	"unicode"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

func portalCheck(address, api string) firmware.Check {
	return firmware.Check{
		Ref: firmware.CheckRef{Name: "portal-lo"}, Uplink: "lo", Kind: "portal", Role: firmware.RolePortal, Interval: 30 * time.Second, Timeout: 2 * time.Second,
		Portal: &firmware.PortalCheck{URL: "http://" + address + "/204", API: api},
	}
}

const (
	nothing = "HTTP/1.1 204 No Content\r\n\r\n"
	login   = "HTTP/1.1 302 Found\r\nLocation: http://login.example.net/?from=x\r\nContent-Length: 0\r\n\r\n"
)

// TestPortals is what stands in for an address that answers 204, and what it is called.
func TestPortals(t *testing.T) {
	redirect := func(status, to string) string {
		return "HTTP/1.1 " + status + "\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n"
	}
	for name, c := range map[string]struct {
		serve   func(net.Conn)
		outcome firmware.Outcome
		detail  string
	}{
		"204":                        {says(nothing), firmware.OutcomeOK, ""},
		"redirect":                   {says(login), firmware.OutcomePortal, "captive portal at login.example.net"},
		"redirect to its https":      {says(redirect("301 Moved", "https://login.example.net:8443/a")), firmware.OutcomePortal, "captive portal at login.example.net"},
		"redirect by address":        {says(redirect("307 Temporary Redirect", "http://[2001:db8:0::1]/")), firmware.OutcomePortal, "captive portal at 2001:db8::1"},
		"redirect to nowhere":        {says("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), firmware.OutcomePortal, "captive portal in place of 127.0.0.1"},
		"redirect to a long name":    {says(redirect("302 Found", "http://"+strings.Repeat("a", 200)+".example/")), firmware.OutcomePortal, "captive portal at " + strings.Repeat("a", 80) + "..."},
		"redirect that plays tricks": {says(redirect("302 Found", "http://a%E2%80%AEb%0d%0a.example/")), firmware.OutcomePortal, ""},
		"its own https":              {says(redirect("301 Moved", "https://127.0.0.1/204")), firmware.OutcomeHTTPRedirect, ""},
		"page":                       {says(page), firmware.OutcomePortal, "captive portal in place of 127.0.0.1"},
		"empty page":                 {says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), firmware.OutcomePortal, ""},
		"asks for a login":           {says("HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n"), firmware.OutcomePortal, ""},
		"503":                        {says("HTTP/1.1 503 Oops\r\nContent-Length: 0\r\n\r\n"), firmware.OutcomeHTTPStatus, ""},
		"garbage":                    {says("\x00\x01 \r\n\r\n"), firmware.OutcomeHTTPProtocol, ""},
		"silence":                    {saysAndHolds(""), firmware.OutcomeTimeout, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := do(t, prober(t, portalCheck(serve(t, c.serve), ""), loopback(), probe.Defaults()), 2*time.Second)
			if r.Outcome != c.outcome || c.detail != "" && r.Detail != c.detail {
				t.Errorf("%s (%q), want %s (%q)", r.Outcome, r.Detail, c.outcome, c.detail)
			}
		})
	}
}

// TestPortalAPI: the network's own word comes first, and when it says nothing that can be believed the check decides.
func TestPortalAPI(t *testing.T) {
	answer := func(body string) func(net.Conn) {
		return says(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/captive+json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	}
	for name, c := range map[string]struct {
		api     func(net.Conn)
		check   string
		outcome firmware.Outcome
		detail  string
	}{
		"captive":                       {answer(`{"captive": true, "user-portal-url": "https://login.example.org/x"}`), nothing, firmware.OutcomePortal, "captive portal at login.example.org"},
		"captive without a page":        {answer(`{"captive":true}`), nothing, firmware.OutcomePortal, "captive portal at portal.test"},
		"not captive":                   {answer(`{"captive":false}`), nothing, firmware.OutcomeOK, ""},
		"not captive, says the network": {answer(`{"captive":false}`), login, firmware.OutcomePortal, "captive portal at login.example.net"},
		"no JSON":                       {answer(`<html>`), nothing, firmware.OutcomeOK, ""},
		"another JSON":                  {answer(`{"captive":"true"}`), nothing, firmware.OutcomeOK, ""},
		"an error":                      {says("HTTP/1.1 500 Oops\r\nContent-Length: 16\r\n\r\n{\"captive\":true}"), nothing, firmware.OutcomeOK, ""},
		"silence":                       {saysAndHolds(""), nothing, firmware.OutcomeOK, ""},
		"silence, and a portal":         {saysAndHolds(""), login, firmware.OutcomePortal, "captive portal at login.example.net"},
	} {
		for _, by := range []string{"config", "network"} {
			t.Run(name+", by "+by, func(t *testing.T) {
				t.Parallel()
				a := newAuthority(t)
				set := probe.Defaults()
				set.Roots = a.Pool()
				via := loopback(resolver(t, answers(t, "portal.test. 60 IN A 127.0.0.1")))
				leaf := &tls.Config{Certificates: []tls.Certificate{a.Leaf(t, "portal.test", nil)}}
				_, port, _ := net.SplitHostPort(serveTLS(t, leaf, c.api))
				api := "https://portal.test:" + port + "/api"
				check := portalCheck(serve(t, says(c.check)), api)
				if by == "network" {
					check.Portal.API, via.PortalAPI = "", func() string { return api }
				}
				r := do(t, prober(t, check, via, set), 2*time.Second)
				if r.Outcome != c.outcome || r.Detail != c.detail {
					t.Errorf("%s (%q), want %s (%q)", r.Outcome, r.Detail, c.outcome, c.detail)
				}
			})
		}
	}
}

// TestPortalAPIOfAStranger: a network can name what it likes; only https without user information is asked.
func TestPortalAPIOfAStranger(t *testing.T) {
	spy := serve(t, func(net.Conn) { t.Error("was asked") })
	for _, api := range []string{"", "urn:ietf:params:capport:unrestricted", "http://" + spy + "/", "https://u:p@" + spy + "/", "https://", "::", "\x00"} {
		via := loopback()
		via.PortalAPI = func() string { return api }
		if r := do(t, prober(t, portalCheck(serve(t, says(nothing)), ""), via, probe.Defaults()), 2*time.Second); r.Outcome != firmware.OutcomeOK {
			t.Errorf("%q: %s (%s)", api, r.Outcome, r.Detail)
		}
	}
}

// FuzzPortal: whatever answers, a run ends as one of the closed list and tells nothing that a terminal would obey.
func FuzzPortal(f *testing.F) {
	for _, s := range []string{nothing, login, page, "HTTP/1.1 302 \r\nLocation: //a\r\n\r\n"} {
		f.Add(s)
	}
	said := make(chan string, 1)
	address := serve(f, func(c net.Conn) { says(<-said)(c) })
	p := prober(f, portalCheck(address, ""), loopback(), probe.Defaults())
	f.Fuzz(func(t *testing.T, text string) {
		said <- text
		r := p.Do(t.Context())
		host, at := strings.CutPrefix(r.Detail, "captive portal at ")
		if !r.Outcome.Known() || r.Outcome == firmware.OutcomePortal != strings.HasPrefix(r.Detail, "captive portal ") {
			t.Errorf("%s: %q", r.Outcome, r.Detail)
		}
		if at && strings.ContainsFunc(host, unicode.IsControl) {
			t.Errorf("a host of %q", host)
		}
	})
}
