package wires

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Commands of linux/ethtool.h that switch an offload.
const (
	setTxChecksum = 0x17
	setGSO        = 0x24
	setGRO        = 0x2c
)

// value is struct ethtool_value, request struct ifreq with a pointer.
type value struct{ cmd, _ uint32 }

type request struct {
	name [unix.IFNAMSIZ]byte
	data *value
	_    [16]byte
}

// plain switches an interface's offloads off, in the thread's namespace: frames are then as on a real wire, with
// their checksums and no longer than the MTU.
func plain(iface string) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	for _, cmd := range []uint32{setTxChecksum, setGSO, setGRO} {
		v := value{cmd: cmd}
		r := request{data: &v}
		copy(r.name[:unix.IFNAMSIZ-1], iface)
		if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(s), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&r))); e != 0 {
			return fmt.Errorf("switch offload %#x of %s off: %w", cmd, iface, e)
		}
	}
	return nil
}
