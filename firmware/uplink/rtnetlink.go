package uplink

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// query asks the kernel one question about an interface (rtnetlink(7)) and returns its answer: one message.
func query(name string, build func(index uint32) []byte) ([]byte, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("open netlink socket: %w", err)
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1}); err != nil {
		return nil, fmt.Errorf("bound the wait for the kernel: %w", err)
	}
	index, err := indexOf(fd, name)
	if err != nil {
		return nil, err
	}
	if err := unix.Sendto(fd, build(index), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, fmt.Errorf("ask the kernel: %w", err)
	}
	buf := make([]byte, 16<<10)
	n, _, err := unix.Recvfrom(fd, buf, 0)
	if err != nil {
		return nil, fmt.Errorf("hear the kernel: %w", err)
	}
	return buf[:n], nil
}

// indexOf returns the kernel's number of an interface, asked through any socket (netdevice(7)).
func indexOf(fd int, name string) (uint32, error) {
	r, err := unix.NewIfreq(name)
	if err != nil {
		return 0, fmt.Errorf("name interface %q: %w", name, err)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, r); err != nil {
		return 0, fmt.Errorf("find interface %s: %w", name, err)
	}
	return r.Uint32(), nil
}

// request completes the header that m begins with.
func request(m []byte, kind uint16) []byte {
	binary.NativeEndian.PutUint32(m, uint32(len(m)))
	binary.NativeEndian.PutUint16(m[4:], kind)
	binary.NativeEndian.PutUint16(m[6:], unix.NLM_F_REQUEST)
	return m
}

// appendAttr appends a route attribute whose length is a multiple of 4.
func appendAttr(m []byte, kind uint16, value []byte) []byte {
	m = binary.NativeEndian.AppendUint16(m, uint16(unix.SizeofRtAttr+len(value)))
	m = binary.NativeEndian.AppendUint16(m, kind)
	return append(m, value...)
}

var errShort = errors.New("a message of the kernel ends too soon")

// answered returns the body of the kernel's answer, at least head bytes, or the errno that it holds.
func answered(m []byte, want uint16, head int) ([]byte, error) {
	const errno = 4
	if len(m) < unix.NLMSG_HDRLEN+errno {
		return nil, errShort
	}
	body := m[unix.NLMSG_HDRLEN:min(len(m), max(unix.NLMSG_HDRLEN+errno, int(binary.NativeEndian.Uint32(m))))]
	switch kind := binary.NativeEndian.Uint16(m[4:]); {
	case kind == unix.NLMSG_ERROR:
		if code := int32(binary.NativeEndian.Uint32(body)); code < 0 {
			return nil, unix.Errno(-code)
		}
		return nil, errors.New("the kernel confirms where it should answer")
	case kind != want:
		return nil, fmt.Errorf("the kernel answers with message %d", kind)
	case len(body) < head:
		return nil, errShort
	}
	return body, nil
}

// attrs yields the attributes of a netlink message by kind, up to the first that is cut off.
func attrs(b []byte) func(yield func(uint16, []byte) bool) {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= unix.SizeofRtAttr {
			n := int(binary.NativeEndian.Uint16(b))
			kind := binary.NativeEndian.Uint16(b[2:]) &^ (unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER)
			if n < unix.SizeofRtAttr || n > len(b) || !yield(kind, b[unix.SizeofRtAttr:n]) {
				return
			}
			b = b[min(len(b), (n+3)&^3):]
		}
	}
}
