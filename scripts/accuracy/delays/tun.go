package delays

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"
)

// The network between the device and the server: each of them believes the other at the address that nobody has.
const (
	wire   = "ep0"
	here   = "10.77.0.2"
	beyond = "10.77.0.1"
)

// openTUN makes the network device in this process's namespace. Each read is a packet that was sent out of it; each
// write is one that it receives.
func openTUN() (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w: run as root, or give this user the device and load the kernel's module tun", err)
	}
	req, err := unix.NewIfreq(wire)
	if err == nil {
		req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, req)
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("make network device %s: %w", wire, err)
	}
	for _, line := range []string{"link set lo up", "address add " + here + "/24 dev " + wire, "link set " + wire + " up"} {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			_ = unix.Close(fd)
			return nil, fmt.Errorf("ip %s: %w: %s", line, err, out)
		}
	}
	return os.NewFile(uintptr(fd), wire), nil
}
