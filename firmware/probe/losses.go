package probe

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// lossError is a deadline that passed while the kernel knew of lost packets.
type lossError struct {
	error
	way string // whose packets: "to" or "from" the peer
}

// Unwrap returns the deadline's error.
func (e *lossError) Unwrap() error { return e.error }

// anyPath is the size of a TCP segment that every path carries (RFC 9293 section 3.7.1).
const anyPath = 536

// losses is what successive looks at a connection that says nothing have found.
type losses struct {
	way  string
	seen int    // looks in a row that found it, and nothing else had come in between
	have uint64 // bytes received in order by then
}

// look asks the kernel whether packets are missing now, and returns whose: of the peer's when later ones wait behind a
// hole, of ours when more than fits any path was sent again in vain. The peer's kernel acknowledges and sends again
// whatever its program does, so a program that hangs shows neither.
func (l *losses) look(c net.Conn) (way string) {
	before := *l
	*l = losses{}
	s, ok := c.(syscall.Conn)
	if !ok {
		return ""
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return ""
	}
	if raw.Control(func(fd uintptr) { l.way, l.have = lost(int(fd)) }) != nil || l.way == "" {
		return ""
	}
	if l.way == before.way && l.have == before.have {
		l.seen = before.seen
	}
	l.seen++
	return l.way
}

// last reports whether a loss lasts: by the third look the peer has sent again more than once.
func (l *losses) last() bool { return l.seen >= 3 }

// lost reads which way packets are missing on a TCP socket from which nothing can be read, and how much came in
// order. What is held of them behind a hole is memory of the socket's.
func lost(fd int) (way string, have uint64) {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return "", 0
	}
	var one [1]byte
	_, _, err = unix.Recvfrom(fd, one[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	if !errors.Is(err, unix.EAGAIN) {
		return "", 0
	}
	held, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MEMINFO) // its first number: SK_MEMINFO_RMEM_ALLOC
	if err == nil && held > 0 && info.Rcv_ooopack > 0 {
		return "from", info.Bytes_received
	}
	waiting, err := unix.IoctlGetInt(fd, unix.TIOCOUTQ)
	if err == nil && waiting > anyPath && info.Unacked > 0 && info.Retransmits > 0 {
		return "to", info.Bytes_received
	}
	return "", 0
}
