package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
)

// maxAddresses is how many addresses of a name one run tries.
const maxAddresses = 3

// dial connects by TCP to the first of the addresses that answers, at most [maxAddresses] of them, each within
// an equal share of the time left. When none does, the first error that speaks of the target is returned, and
// one of this device only when there is no other.
func (r *run) dial(ctx context.Context, addrs []netip.AddrPort) (net.Conn, error) {
	r.phase = phaseConnect
	addrs = addrs[:min(len(addrs), maxAddresses)]
	var first error
	for i, a := range addrs {
		share := time.Until(r.deadline) / time.Duration(len(addrs)-i)
		c, err := r.dialOne(ctx, a, share)
		if err == nil {
			r.remote, r.result.Address = a, a.Addr()
			return bound(c, r.deadline)
		}
		if first == nil || (isLocal(first) && !isLocal(err)) {
			first, r.remote = err, a
		}
	}
	return nil, first
}

func (r *run) dialOne(ctx context.Context, a netip.AddrPort, share time.Duration) (net.Conn, error) {
	if time.Until(r.deadline) > share {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, share)
		defer cancel()
	}
	c, err := r.via.Dial(ctx, "tcp", a.String())
	if errno, ok := errors.AsType[syscall.Errno](err); ok && (errno == unix.ENETUNREACH || errno == unix.EHOSTUNREACH) {
		return nil, r.whoseRoute(ctx, a, err, errno)
	}
	return c, err
}

// whoseRoute tells a route missing here from one that the network reports missing: connecting a UDP socket
// looks up the local route and sends nothing, so when that fails the same way, no packet has ever left.
func (r *run) whoseRoute(ctx context.Context, a netip.AddrPort, err error, errno syscall.Errno) error {
	c, again := r.via.Dial(ctx, "udp", a.String())
	if again == nil {
		c.Close()
		return err
	}
	if errors.Is(again, errno) {
		return localError{err}
	}
	return err
}

func isLocal(err error) bool {
	return classify(err, phaseConnect, false) == firmware.OutcomeLocalFault
}
