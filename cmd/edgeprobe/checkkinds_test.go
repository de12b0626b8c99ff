package main

import (
	"encoding/json"
	"io"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/uplink"
)

// greeter is a server that speaks first, as mail servers do.
func greeter(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			io.WriteString(c, "220 mail.example\r\n")
			c.Close()
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		<-done
	})
	return ln.Addr().String()
}

// TestCheckKinds looks once at each kind of thing, on loopback.
func TestCheckKinds(t *testing.T) {
	site, ca := site(t)
	u, err := url.Parse(site)
	if err != nil {
		t.Fatal(err)
	}
	names, mail := nameServer(t), greeter(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"tls://" + u.Host, "--ca", ca}, 0, "TLS 1.3"},
		{[]string{"tls://" + u.Host}, 1, "tls_unknown_ca"},
		{[]string{"tls://" + mail}, 1, "tls_other"},
		{[]string{"tcp://" + mail}, 0, "ok  tcp://" + mail},
		{[]string{"tcp://" + mail, "--expect-body", "^220 "}, 0, "  wait "},
		{[]string{"tcp://" + mail, "--expect-body", "^554 "}, 1, "body_mismatch"},
		{[]string{"tcp://localhost" + strings.TrimPrefix(mail, "127.0.0.1"), "--resolver", names}, 0, "127.0.0.1"},
		{[]string{"tls://shop.LOCALHOST.:" + u.Port(), "--resolver", names}, 1, "tls_hostname"},
		{[]string{"https://localhost:" + u.Port(), "--resolver", names}, 1, "tls_hostname"},
		{[]string{"dns://" + names + "/localhost"}, 1, "dns_nxdomain"},
		{[]string{"dns://" + names + "/www.example"}, 0, "127.0.0.1"},
		{[]string{"dns:www.example?type=a", "--resolver", names}, 0, "127.0.0.1"},
		{[]string{"dns://" + names + "/www.example?type=TYPE65"}, 1, "dns_nodata"},
		{[]string{"dns://" + names + "/gone.example"}, 1, "dns_nxdomain"},
		{[]string{"icmp://gone.example", "--resolver", names}, 1, "dns_nxdomain"},
	} {
		out, errs, code := run(t, append([]string{"check"}, c.args...)...)
		if code != c.code || errs != "" || !strings.Contains(out, c.want) {
			t.Errorf("%v: exit %d, stderr %q, want %d and %q in\n%s", c.args, code, errs, c.code, c.want, out)
		}
	}
}

// TestCheckSeveral wants a row each and the worst of the exit codes; as JSON an object each.
func TestCheckSeveral(t *testing.T) {
	mail, gone := greeter(t), closedPort(t)
	out, errs, code := run(t, "check", "tcp://"+mail, "tcp://"+gone)
	rows := strings.Split(strings.TrimSpace(out), "\n")
	if code != 1 || errs != "" || len(rows) != 4 || !strings.HasPrefix(rows[0], "TARGET") ||
		!strings.HasPrefix(rows[1], "tcp://"+mail+"  ok ") || !strings.Contains(rows[2], "refused") || !strings.Contains(rows[3], gone) {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
	out, _, code = run(t, "check", "--json", "tcp://"+mail, "tcp://"+gone)
	in := json.NewDecoder(strings.NewReader(out))
	for _, want := range []bool{true, false} {
		var s seen
		if err := in.Decode(&s); err != nil || s.OK != want || s.Address.IsValid() != want {
			t.Errorf("%+v, %v", s, err)
		}
	}
	if code != 1 {
		t.Errorf("exit %d", code)
	}
}

// TestTableStaysInside: whatever the targets, outcomes and times, no line is longer than the terminal.
func TestTableStaysInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		took := rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(70*time.Second)).Draw(t, "ns"))
		})
		var out strings.Builder
		width := rapid.IntRange(60, 200).Draw(t, "width")
		looks := []look{{target: rapid.String().Draw(t, "a")}, {target: rapid.String().Draw(t, "b")}}
		table := tableOf(looks, canvas{Writer: &out, width: width})
		for _, l := range looks {
			table.add(l, firmware.Result{
				Outcome: firmware.Outcome(rapid.IntRange(0, 29).Draw(t, "outcome")), Took: took.Draw(t, "took"), Detail: rapid.String().Draw(t, "detail"),
				Phases: firmware.Phases{Resolve: took.Draw(t, "resolve"), Wait: took.Draw(t, "wait")},
			})
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Fatalf("%d columns wide in a terminal of %d: %q", n, width, line)
			}
		}
	})
}

// FuzzCheckOf holds that every argument is a check that probe can run, or one sentence without its password.
func FuzzCheckOf(f *testing.F) {
	for _, s := range []string{"https://a.example/", "tls://[::1]", "tcp://a.example:25", "icmp://127.0.0.1", "dns:///a.example?type=TYPE9", "dns:a", "dns://[::1]:53/a", "dns://1.2.3.4/a?TYPE=mx", "a"} {
		f.Add(s)
	}
	out := uplink.Open(firmware.Uplink{})
	via := probe.Via{Dial: out.Dial, ListenPacket: out.ListenPacket, Resolvers: func() []netip.AddrPort { return nil }}
	f.Fuzz(func(t *testing.T, target string) {
		c, err := checkFlags{timeout: time.Second}.checkOf(target)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: not one sentence: %q", target, err)
			}
			return
		}
		if p, err := probe.New(c, via, still{}, probe.Defaults()); err == nil {
			p.Close()
		}
	})
}

// still is a clock that nobody reads.
type still struct{}

func (still) Now() firmware.Stamp      { return firmware.Stamp{} }
func (still) TLSTime() time.Time       { return time.Time{} }
func (still) Floor() (time.Time, bool) { return time.Time{}, true }
