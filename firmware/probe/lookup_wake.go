package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"edgeprobe.io/firmware"
)

var errNoResolver = errors.New("no resolver of this uplink answers")

// rootQuestion asks for the servers of the root. Every resolver with a working way out holds the answer (RFC 8109),
// and one that only forwards gets it from the next: silence on it is the resolvers', not a name's. Without EDNS the
// answer is at most 512 bytes.
func rootQuestion() question {
	return question{name: ".", kind: dnsmessage.TypeNS, message: []byte{0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1}}
}

// wake asks the uplink's own resolvers for the root, once all have been silent on the name. A server that the check
// names is what is measured: its silence is its own.
func (x *exchange) wake(servers []netip.AddrPort) {
	if x.servers != nil || x.bad != nil {
		return
	}
	for _, server := range servers {
		if x.lost[server] {
			continue
		}
		n := query{id: newID(), server: server, root: true}
		x.out = rootQuestion().with(x.out[:0], n.id)
		if _, err := x.sock.WriteTo(x.out, net.UDPAddrFromAddrPort(server)); err == nil {
			x.sent = append(x.sent, n)
		}
	}
}

// woke notes a resolver that works. One that fails on the root has no way out itself.
func (x *exchange) woke(server netip.AddrPort, rep reply) {
	if !x.alive.IsValid() && rep.rcode != dnsmessage.RCodeServerFailure {
		x.alive = server
	}
}

// silence says whose a lookup without any answer is: the name's where a resolver works, else the uplink's.
func (x *exchange) silence() error {
	switch {
	case x.servers != nil:
		return context.DeadlineExceeded
	case !x.alive.IsValid():
		return localError{errNoResolver}
	}
	x.run.result.Address = x.alive.Addr()
	return &miss{firmware.OutcomeDNSTimeout, fmt.Sprintf("resolver %v answers, but not on %s in time", x.alive, strings.TrimSuffix(x.q.name, "."))}
}

// about returns what a query asked.
func (x *exchange) about(n query) question {
	if n.root {
		return rootQuestion()
	}
	return x.q
}
