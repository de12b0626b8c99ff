package probe

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestTie holds that a socket leaves by the interface and the address of the uplink's own.
func TestTie(t *testing.T) {
	bind := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		_ = c.Control(func(fd uintptr) { err = unix.SetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE, "lo") })
		return err
	}}
	model, err := bind.ListenPacket(context.Background(), "udp", "127.0.11.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0) // needs no leave, unlike a ping's
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := tie(fd, model, netip.MustParseAddr("127.0.0.1")); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if at, ok := name.(*unix.SockaddrInet4); err != nil || !ok || at.Addr != [4]byte{127, 0, 11, 1} {
		t.Errorf("bound to %+v, %v", name, err)
	}
	if device, err := unix.GetsockoptString(fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE); device != "lo" {
		t.Errorf("bound to interface %q, %v", device, err)
	}
}
