package uplink

import (
	"crypto/x509"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/probe"
)

// hole is how long a packet may be that still gets through in these tests: the last packet of a long answer is shorter.
const hole = "1200"

// over prepares a check over an uplink of newInternet's.
func over(t *testing.T, u *Uplink, check firmware.Check) probe.Prober {
	t.Helper()
	return overVia(t, probe.Over(u), check)
}

func overVia(t *testing.T, via probe.Via, check firmware.Check) probe.Prober {
	t.Helper()
	clk, err := clock.New(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	check.Ref, check.Role, check.Interval = firmware.CheckRef{Service: "shop", Name: check.Kind}, firmware.RoleEdge, 10*time.Second
	if check.Kind == "icmp" {
		check.Role = firmware.RoleEvidence
	}
	if check.Timeout == 0 {
		check.Timeout = 4 * time.Second
	}
	roots := x509.NewCertPool()
	roots.AddCert(testRoot())
	p, err := probe.New(check, via, clk, probe.Settings{Roots: roots, Resume: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func page(url string) firmware.Check {
	return firmware.Check{Kind: "http", HTTP: &firmware.HTTPCheck{URL: url, ExpectBody: "the end$"}}
}

func handshake(target string) firmware.Check {
	return firmware.Check{Kind: "tls", TLS: &firmware.TLSCheck{Target: target}}
}

// drop throws packets away where they come in: at this end, or at the internet when pid is not 0.
func drop(t *testing.T, pid int, what string) {
	t.Helper()
	nft(t, pid, "add table inet path")
	nft(t, pid, "add chain inet path in { type filter hook prerouting priority 0 ; }")
	nft(t, pid, "add rule inet path in "+what+" drop")
}

// TestBigPacketsLost: where TCP connects and big packets are lost, either way, the run says so, and of the target it
// says nothing: it answers in small ones. A server that hangs, or fails, is the one to blame all the same.
func TestBigPacketsLost(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	six(t, pid)
	u := pair()[0]
	for _, name := range []string{"a0", "a1"} { // a packet of the wire is one of the network's, not several put together
		ip(t, 0, "link set "+name+" gso_max_segs 1")
		ip(t, pid, "link set b"+name[1:]+" gso_max_segs 1")
	}
	checks := map[string]firmware.Check{
		"https page": page("https://shop.example/"), "plain page": page("http://shop.example/"), "handshake": handshake("shop.example:443"),
		"hangs": handshake("shop.example:444"), "answers 503": page("https://shop.example/down"), "answer stalls": page("https://shop.example/stall"),
	}
	newer := []string{"https page over IPv6", "plain page over IPv6", "page by HTTP/2", "page by HTTP/2 over IPv6"}
	for _, name := range newer {
		check := page(map[bool]string{false: "https", true: "http"}[strings.HasPrefix(name, "plain")] + "://shop.example/")
		if strings.Contains(name, "IPv6") {
			check.HTTP.Address = "fd00:9::1"
		}
		if strings.Contains(name, "HTTP/2") {
			check.HTTP.Protocol = 2
		}
		checks[name] = check
	}
	well := map[string]string{"https page": "ok", "plain page": "ok", "handshake": "ok", "hangs": "tls_timeout", "answers 503": "http_status", "answer stalls": "stalled"}
	for _, name := range newer {
		well[name] = "ok"
	}
	expect := func(t *testing.T, want map[string]string) {
		for name, outcome := range want {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := over(t, u, checks[name]).Do(t.Context())
				for try := 0; r.Outcome == firmware.OutcomeLocalFault && try < 5; try++ { // this machine overslept it
					r = over(t, u, checks[name]).Do(t.Context())
				}
				t.Logf("%s after %v: %s", r.Outcome, r.Took.Round(time.Millisecond), r.Detail)
				if r.Outcome.String() != outcome || r.Took > 4*time.Second+50*time.Millisecond {
					t.Errorf("%s after %v, want %s", r.Outcome, r.Took, outcome)
				}
				if blames := strings.Contains(r.Detail, "big packets"); blames != (outcome == "path_mtu") && name != "hangs" {
					t.Errorf("says %q", r.Detail)
				}
			})
		}
	}
	t.Run("all is well", func(t *testing.T) { expect(t, well) })
	drop(t, 0, "meta length gt "+hole)
	lost := map[string]string{"https page": "path_mtu", "plain page": "path_mtu", "handshake": "path_mtu", "hangs": "tls_timeout", "answers 503": "http_status"}
	for _, name := range newer {
		lost[name] = "path_mtu"
	}
	t.Run("the internet's are lost", func(t *testing.T) { expect(t, lost) })
	nft(t, 0, "delete table inet path")
	drop(t, pid, "meta length gt "+hole)
	lost["plain page"], lost["plain page over IPv6"] = "ok", "ok" // their requests are small
	t.Run("our own are lost", func(t *testing.T) { expect(t, lost) })
}

// TestPathWithoutItsICMP: a router on the way has a smaller MTU. As long as its word arrives, all is well; where somebody
// filters that, the run says what is the matter.
func TestPathWithoutItsICMP(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	newRouter(t, pid)
	u := pair()[0]
	if r := over(t, u, page("https://shop.example/")).Do(t.Context()); !r.Outcome.OK() {
		t.Fatalf("over a router of less MTU: %v, %s", r.Outcome, r.Detail)
	}
	ip(t, 0, "route flush cache")
	drop(t, 0, "icmp type destination-unreachable icmp code frag-needed")
	r := over(t, u, page("https://shop.example/")).Do(t.Context())
	t.Logf("%v after %v: %s", r.Outcome, r.Took.Round(time.Millisecond), r.Detail)
	if r.Outcome != firmware.OutcomePathMTU {
		t.Errorf("without the router's word: %v, %s", r.Outcome, r.Detail)
	}
}

// newRouter puts a router with an MTU of 1300 bytes into wire 0 of newInternet's.
func newRouter(t *testing.T, pid int) {
	t.Helper()
	cmd := again("router")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); cmd.Wait() })
	if _, err := stdout.Read(make([]byte, 1)); err != nil {
		t.Fatalf("the router does not start: %v", err)
	}
	router := cmd.Process.Pid
	ip(t, 0, "link del a0")
	ip(t, 0, "link add a0 type veth peer name r0 netns "+itoa(router))
	ip(t, router, "link add r1 mtu 1300 type veth peer name b0 mtu 1300 netns "+itoa(pid))
	for _, line := range []string{"addr add 10.1.0.1/24 dev r0", "link set r0 up", "addr add 10.3.0.1/24 dev r1", "link set r1 up", "route add 10.9.0.1 via 10.3.0.2"} {
		if line == "route add 10.9.0.1 via 10.3.0.2" {
			ip(t, pid, "addr add 10.3.0.2/24 dev b0")
			ip(t, pid, "link set b0 up")
		}
		ip(t, router, line)
	}
	ip(t, pid, "route add 10.1.0.0/24 via 10.3.0.1 advmss 1460") // as if the other end knew nothing of it
	ip(t, 0, "addr add 10.1.0.2/24 dev a0")
	ip(t, 0, "link set a0 up")
	route(t, 0)
}

// forward is the router: it forwards until its standard input ends.
func forward() error {
	if err := errors.Join(quiet(), os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644)); err != nil {
		return err
	}
	os.Stdout.WriteString("\n")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
