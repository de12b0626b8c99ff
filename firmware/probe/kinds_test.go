package probe_test

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

func tlsCheck(target, address string, timeout time.Duration, change func(*firmware.TLSCheck)) firmware.Check {
	c := firmware.Check{
		Ref: firmware.CheckRef{Service: "shop", Name: "chain"}, Kind: "tls", Role: firmware.RoleEdge,
		Interval: 10 * time.Second, Timeout: timeout, TLS: &firmware.TLSCheck{Target: target, Address: address},
	}
	if change != nil {
		change(c.TLS)
	}
	return c
}

func tcpCheck(address, send, expect string, timeout time.Duration) firmware.Check {
	return firmware.Check{
		Ref: firmware.CheckRef{Service: "mail", Name: "banner"}, Kind: "tcp", Role: firmware.RoleEdge,
		Interval: 10 * time.Second, Timeout: timeout, TCP: &firmware.TCPCheck{Target: address, Send: send, Expect: expect, MaxBytes: 1000},
	}
}

// TestEndpointResolves goes from a name to a greeting.
func TestEndpointResolves(t *testing.T) {
	port := netip.MustParseAddrPort(serve(t, func(c net.Conn) { io.WriteString(c, "220 \r\n") })).Port()
	via := loopback(resolver(t, answers(t, "mail.example. 60 IN A 127.0.0.1")))
	check := tcpCheck(fmt.Sprintf("mail.example:%d", port), "", "220", long)
	if r := do(t, prober(t, check, via, probe.Defaults()), long); !r.Outcome.OK() || r.Phases.Resolve == 0 {
		t.Errorf("%v (%s)", r.Outcome, r.Detail)
	}
	check.TCP.Target = fmt.Sprintf("gone.example:%d", port)
	if r := do(t, prober(t, check, loopback(resolver(t, rcode(0))), probe.Defaults()), long); r.Outcome != firmware.OutcomeDNSNoData || r.Address.IsValid() {
		t.Errorf("%v (%s)", r.Outcome, r.Detail)
	}
}
