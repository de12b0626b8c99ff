package yardstick

import (
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// What a packet costs beside its payload: an IPv4 header, a TCP header with the timestamps option, and what a SYN's
// options add to that (RFC 9293, RFC 7323).
const (
	headerBytes  = 20 + 32
	synMore      = 8
	closing      = 4    // FIN and ACK of both sides, which come after the last moment we can count at
	ethernetMSS  = 1460 // segments as on Ethernet: loopback would take the whole answer at once
	synSegments  = 2    // ours and theirs
	bytesPerConn = synSegments*synMore + closing*headerBytes
)

// Meter counts what connections cost on the wire, at the IP layer, in both directions.
type Meter struct {
	open  sync.WaitGroup // connections not yet closed: net/http closes after its caller has gone on
	mu    sync.Mutex
	conns int
	bytes int64
}

// Dial opens a connection whose bytes are added to the meter when it is closed.
func (m *Meter) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{KeepAlive: -1, Control: func(_, _ string, raw syscall.RawConn) error {
		var failed error
		err := raw.Control(func(fd uintptr) {
			failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, ethernetMSS)
		})
		if err == nil {
			err = failed
		}
		return err
	}}
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	m.open.Add(1)
	return &metered{TCPConn: conn.(*net.TCPConn), meter: m}, nil
}

// Take waits until every connection is closed, returns how many there were and their mean cost in bytes, and starts
// anew. No connection may be dialled meanwhile.
func (m *Meter) Take() (conns int, each float64) {
	m.open.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	conns, each = m.conns, float64(m.bytes)/float64(max(1, m.conns))
	m.conns, m.bytes = 0, 0
	return conns, each
}

type metered struct {
	*net.TCPConn
	meter *Meter
}

// Close asks the kernel what went over the connection, then closes it.
func (c *metered) Close() error {
	n, err := wireBytes(c.TCPConn)
	if err != nil {
		return err // closed before, and counted then
	}
	defer c.meter.open.Done()
	c.meter.mu.Lock()
	defer c.meter.mu.Unlock()
	c.meter.conns++
	c.meter.bytes += n
	return c.TCPConn.Close()
}

// wireBytes returns what a connection has cost, from the kernel's own count of bytes and segments (tcp(7), TCP_INFO).
func wireBytes(c *net.TCPConn) (int64, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, fmt.Errorf("count bytes: %w", err)
	}
	var info *unix.TCPInfo
	var failed error
	if err := raw.Control(func(fd uintptr) { info, failed = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) }); err != nil {
		failed = err
	}
	if failed != nil {
		return 0, fmt.Errorf("count bytes: %w", failed)
	}
	payload := int64(info.Bytes_sent) + int64(info.Bytes_received)
	return payload + int64(info.Segs_in+info.Segs_out)*headerBytes + bytesPerConn, nil
}
