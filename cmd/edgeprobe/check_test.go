package main

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// site is an HTTPS server on loopback that answers as an edge with a cache does, and the file that vouches for it.
func site(t *testing.T) (url, ca string) {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Cache", "HIT")
		w.Header().Set("Age", "412")
		w.Header().Set("Cache-Control", "max-age=3600")
		fmt.Fprint(w, "Welcome")
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // it is refused on purpose
	srv.StartTLS()
	t.Cleanup(srv.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(ca, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return srv.URL, ca
}

func TestCheckURL(t *testing.T) {
	url, ca := site(t)
	out, errs, code := run(t, "check", url, "--ca", ca, "--expect-body", "^Welcome$")
	if code != 0 || errs != "" {
		t.Fatalf("exit %d, %s%s", code, out, errs)
	}
	for _, want := range []string{"ok  " + url, "status 200", "  connect ", "  tls ", "full TLS handshake", "HIT: a stored copy (6 min old, fresh for 53 min more)", "days left"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestCheckJSON(t *testing.T) {
	url, ca := site(t)
	out, _, code := run(t, "check", url, "--ca", ca, "--json")
	var r struct { // what programs rely on, in names and units
		Target, Outcome, Connection, Cache string
		OK                                 bool
		Code                               int
		Start                              time.Time
		TookMS                             float64            `json:"took_ms"`
		Phases                             map[string]float64 `json:"phases_ms"`
		Age                                float64            `json:"cache_age_ms"`
		Expires                            time.Time          `json:"certificate_expires"`
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 {
		t.Fatalf("exit %d, %v in %s", code, err, out)
	}
	if !r.OK || r.Target != url || r.Outcome != "ok" || r.Code != 200 || r.Connection != "full" || r.Cache != "hit" {
		t.Errorf("got %+v", r)
	}
	sum := 0.0
	for _, ms := range r.Phases {
		sum += ms
	}
	if r.TookMS <= 0 || r.TookMS > 10_000 || r.Phases["tls"] <= 0 || sum > r.TookMS+1 || r.Age < 60_000 {
		t.Errorf("times that are no milliseconds: %+v", r)
	}
	if time.Since(r.Start) > time.Minute || r.Expires.Before(r.Start) {
		t.Errorf("start %v, certificate until %v", r.Start, r.Expires)
	}
}

// TestCheckBad: what is not as expected is exit code 1, with the verdict on stdout and nothing more on stderr.
func TestCheckBad(t *testing.T) {
	url, ca := site(t)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"authority unknown": {[]string{url}, "tls_unknown_ca"},
		"another status":    {[]string{url, "--ca", ca, "--expect-status", "204,301"}, "http_status"},
		"another body":      {[]string{url, "--ca", ca, "--expect-body", "Goodbye"}, "body_mismatch"},
		"nobody there":      {[]string{"http://" + closedPort(t) + "/"}, "refused"},
		"name unknown":      {[]string{"http://gone.example/", "--resolver", nameServer(t)}, "dns_nxdomain"},
	} {
		out, errs, code := run(t, append([]string{"check"}, c.args...)...)
		if code != 1 || errs != "" || !strings.Contains(out, c.want) {
			t.Errorf("%s: exit %d, stderr %q, want exit 1 and %q in\n%s", name, code, errs, c.want, out)
		}
	}
}

// TestCheckResolves: the name goes to the resolver that was asked for, over a socket of our own.
func TestCheckResolves(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	out, errs, code := run(t, "check", "http://www.example:"+port+"/", "--resolver", nameServer(t), "--expect-status", "404")
	if code != 0 || !strings.Contains(out, "  resolve ") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
}

// TestCheckUsage: what cannot be done is one sentence on stderr that says how to do it.
func TestCheckUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "give at least one argument"},
		{[]string{"www.example.com"}, "write https://www.example.com, or"},
		{[]string{"ftp://www.example.com/"}, "ftp is no scheme of check: write https://www.example.com/, or"},
		{[]string{"localhost:8080"}, "write https://localhost:8080, or"},
		{[]string{"ftp://ada:secret@www.example.com/"}, "holds a user name"},
		{[]string{"https://ada:secret%@www.example.com/"}, "is not a URL that can be checked"},
		{[]string{"https:///path"}, "names no host"},
		{[]string{"tcp://mail.example.com"}, "write tcp://mail.example.com:443"},
		{[]string{"tcp://mail.example.com:25/path"}, "has a path"},
		{[]string{"tls://www.example.com?x=1"}, "has a path"},
		{[]string{"icmp://www.example.com:7"}, "has a port"},
		{[]string{"dns://192.0.2.53/"}, "write dns://192.0.2.53/www.example.com?type=A"},
		{[]string{"dns://ns.example.com/www.example.com"}, "is not an IP address"},
		{[]string{"dns:///www.example.com?type=ANY"}, "edgeprobe: dns:///www.example.com?type=ANY: record type"},
		{[]string{"dns:///www.example.com?class=CH"}, "only ?type="},
		{[]string{"tls://www.example.com", "--expect-status", "200"}, "--expect-status is for http"},
		{[]string{"icmp://www.example.com", "--expect-body", "x"}, "--expect-body is for http and tcp"},
		{[]string{"tcp://192.0.2.1:25", "tcp://user:secret@192.0.2.1:25"}, "holds a user name"},
		{[]string{"https://ada:secret@www.example.com/"}, "holds a user name"},
		{[]string{"https://www.example.com/", "--source", "here"}, "--source"},
		{[]string{"https://www.example.com/", "--source", "203.0.113.9"}, "--source 203.0.113.9 is no address of this machine: it has "},
		{[]string{"https://www.example.com/", "--uplink", "nope0"}, "--uplink \"nope0\" is no interface of this machine: it has "},
		{[]string{"https://www.example.com/", "--timeout", "0s"}, "--timeout 0s is out of range: choose from 50ms to 1m0s"},
		{[]string{"https://www.example.com/", "--timeout", "2m"}, "--timeout 2m0s is out of range"},
		{[]string{"https://www.example.com/", "--timeout", "5"}, `--timeout "5" cannot be read: write it with its unit, like 5s or 800ms; see edgeprobe check --help`},
		{[]string{"https://www.example.com/", "--expect-status", "2xx"}, `--expect-status "2xx" cannot be read: write whole numbers, like 200,204`},
		{[]string{"https://www.example.com/", "--expect-status", "999"}, "--expect-status 999 is out of range: choose from 200 to 599"},
		{[]string{"https://www.example.com/", "--config", "my.yaml"}, "is a URL, and with --config check takes names: leave --config out"},
		{[]string{"https://www.example.com/", "--resolver", "dns.example"}, "--resolver"},
		{[]string{"https://www.example.com/", "--ca", "/dev/null"}, "holds no PEM certificate"},
		{[]string{"http://127.0.0.1/", "--expect-body", "("}, "edgeprobe: http://127.0.0.1/: expected body: regular expression"},
		{[]string{"shop", "--config", "my.yaml", "--timeout", "1s"}, "--timeout does not go with --config"},
		{[]string{"shop", "--config", filepath.Join(t.TempDir(), "none.yaml")}, "none.yaml"},
	} {
		out, errs, code := run(t, append([]string{"check"}, c.args...)...)
		if code != 2 || out != "" || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: exit %d, stdout %q, stderr %q, want %q", c.args, code, out, errs, c.want)
		}
		if strings.Contains(errs, "secret") {
			t.Errorf("%v: tells the password: %s", c.args, errs)
		}
	}
}

func TestCheckConfigured(t *testing.T) {
	url, ca := site(t)
	file := filepath.Join(t.TempDir(), "my.yaml")
	text := fmt.Sprintf(`device: office
fleet: [{id: office, site: berlin, region: eu, uplinks: [{name: eth0, network: dsl}, {name: lte, network: mobile}]}]
uplinks:
  - {name: eth0, source: 127.0.11.1, resolvers: ["127.0.0.1:1"]}
  - {name: lte, source: 127.0.11.2, resolvers: ["127.0.0.1:1"]}
trust: file:%s
services:
  - name: shop
    checks:
      - {name: home, kind: http, url: "%s/", interval: 10s, expect: {body: Welcome}}
      - {name: gone, kind: http, url: "%s/", interval: 10s, expect: {status: [410]}}
controls: [{name: one, kind: http, url: "%s/", interval: 10s}]
`, ca, url, url, url)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, "check", "shop/home", "--config", file)
	if code != 0 || !strings.Contains(out, "shop/home over eth0") || !strings.Contains(out, "shop/home over lte") {
		t.Errorf("one check: exit %d, %s%s", code, out, errs)
	}
	out, errs, code = run(t, "check", "shop", "--config", file, "--uplink", "lte")
	if code != 1 || strings.Contains(out, "eth0") || strings.Count(out, " over lte") != 2 {
		t.Errorf("a service over one uplink: exit %d, %s%s", code, out, errs)
	}
	out, _, _ = run(t, "check", "shop/home", "--config", file, "--json")
	var one struct{ Target, Kind, Uplink string }
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&one); err != nil || one.Target != "shop/home" || one.Kind != "http" || one.Uplink != "eth0" {
		t.Errorf("%v, %+v of %s", err, one, out)
	}
	out, errs, code = run(t, "check", "control", "--config", file, "--uplink", "lte")
	if code != 0 || !strings.Contains(out, "control/one over lte") {
		t.Errorf("the controls: exit %d, %s%s", code, out, errs)
	}
	out, errs, code = run(t, "check", "--config", file)
	if code != 1 || strings.Count(out, "shop/") != 4 || strings.Count(out, "control/one") != 2 {
		t.Errorf("all: exit %d, %s%s", code, out, errs)
	}
	if _, errs, code = run(t, "check", "shop/basket", "--config", file); code != 2 || !strings.Contains(errs, "shop/home, shop/gone") {
		t.Errorf("an unknown check: exit %d, %s", code, errs)
	}
	if _, errs, code = run(t, "check", "shop", "--config", file, "--uplink", "sat"); code != 2 || !strings.Contains(errs, "eth0, lte") {
		t.Errorf("an unknown uplink: exit %d, %s", code, errs)
	}
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// nameServer knows www.example on loopback, and nothing else.
func nameServer(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	srv := &dns.Server{PacketConn: conn, NotifyStartedFunc: func() { close(ready) }, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		switch {
		case q.Question[0].Name != "www.example.":
			m.Rcode = dns.RcodeNameError
		case q.Question[0].Qtype == dns.TypeA:
			m.Answer = append(m.Answer, &dns.A{Hdr: dns.RR_Header{Name: "www.example.", Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.IPv4(127, 0, 0, 1)})
		}
		_ = w.WriteMsg(m)
	})}
	done := make(chan error, 1)
	go func() { done <- srv.ActivateAndServe() }()
	<-ready
	t.Cleanup(func() {
		if err := srv.Shutdown(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return conn.LocalAddr().String()
}
