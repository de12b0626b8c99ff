package uplink

import (
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"edgeprobe.io/firmware"
)

// TestEveryKindLeavesByItsOwnInterface: whatever a check sends over an uplink, of either IP version, comes out of its own
// wire and of no other, counted at the peer.
func TestEveryKindLeavesByItsOwnInterface(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	six(t, pid)
	nft(t, pid, "add table inet lanes")
	for _, wire := range []string{"b0", "b1"} {
		nft(t, pid, "add chain inet lanes "+wire)
		// The last words of a connection carry nothing, and the kernel may have no socket left then to know a wire by.
		nft(t, pid, "add rule inet lanes "+wire+" tcp flags & (syn | psh) == 0 return")
		nft(t, pid, "add rule inet lanes "+wire+" meta l4proto { tcp, udp } counter")
		nft(t, pid, "add rule inet lanes "+wire+" icmp type echo-request counter")
		nft(t, pid, "add rule inet lanes "+wire+" icmpv6 type echo-request counter")
	}
	nft(t, pid, "add chain inet lanes in { type filter hook prerouting priority 0 ; }")
	nft(t, pid, "add rule inet lanes in iifname vmap { b0 : jump b0, b1 : jump b1 }")
	for i, u := range pair() {
		gate := "fd00:" + itoa(i+1) + "::1"
		for name, check := range map[string]firmware.Check{
			"http over IPv4": page("http://shop.example/"), "https over IPv4": page("https://shop.example/"), "tls over IPv4": handshake("shop.example:443"),
			"tcp over IPv4":   {Kind: "tcp", TCP: &firmware.TCPCheck{Target: "10.9.0.1:80"}},
			"dns over IPv4":   {Kind: "dns", DNS: &firmware.DNSCheck{Name: "shop.example", Type: "A"}},
			"icmp over IPv4":  {Kind: "icmp", ICMP: &firmware.ICMPCheck{Host: "10.9.0.1", Count: 2}},
			"https over IPv6": {Kind: "http", HTTP: &firmware.HTTPCheck{URL: "https://shop.example/", Address: "fd00:9::1"}},
			"tcp over IPv6":   {Kind: "tcp", TCP: &firmware.TCPCheck{Target: "[fd00:9::1]:80"}},
			"dns over IPv6":   {Kind: "dns", DNS: &firmware.DNSCheck{Name: "shop.example", Type: "A", Server: "[" + gate + "]:53"}},
			"icmp over IPv6":  {Kind: "icmp", ICMP: &firmware.ICMPCheck{Host: "fd00:9::1", Count: 2}},
		} {
			own, other := passed(t, pid, "b"+itoa(i)), passed(t, pid, "b"+itoa(1-i))
			if r := over(t, u, check).Do(t.Context()); !r.Outcome.OK() {
				t.Errorf("%s over %s: %v, %s", name, u.Name(), r.Outcome, r.Detail)
			}
			own, other = passed(t, pid, "b"+itoa(i))-own, passed(t, pid, "b"+itoa(1-i))-other
			t.Logf("%-15s over %s: %2d packets by its own wire, %d by the other", name, u.Name(), own, other)
			if own == 0 || other != 0 {
				t.Errorf("%s over %s: %d packets by its own wire, %d by the other", name, u.Name(), own, other)
			}
		}
	}
}

// six gives the wires of newInternet IPv6 as well.
func six(t *testing.T, pid int) {
	t.Helper()
	for _, at := range []int{0, pid} {
		within(t, at, "sysctl", "-qw net.ipv6.conf.all.disable_ipv6=0")
	}
	ip(t, pid, "addr add fd00:9::1/128 dev lo")
	for i := range 2 {
		n, net := itoa(i), "fd00:"+itoa(i+1)+"::"
		ip(t, pid, "addr add "+net+"1/64 dev b"+n+" nodad")
		ip(t, 0, "addr add "+net+"2/64 dev a"+n+" nodad")
		ip(t, 0, "route add default via "+net+"1 dev a"+n+" metric "+n+"00")
	}
}

// passed returns how many packets of checks a wire has brought to the process pid.
func passed(t *testing.T, pid int, wire string) (packets int) {
	t.Helper()
	out, err := exec.Command("nsenter", "-t", itoa(pid), "-n", "nft", "list", "chain", "inet", "lanes", wire).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`packets (\d+)`).FindAllSubmatch(out, -1) {
		n, err := strconv.Atoi(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		packets += n
	}
	return packets
}
