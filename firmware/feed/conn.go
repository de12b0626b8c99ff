package feed

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// maxPacket is the longest MQTT packet that is read, in bytes: no broker or peer may fill our memory.
const maxPacket = 256 << 10

// conn bounds every write, which the MQTT library does not, and the size of what is read.
type conn struct {
	net.Conn
	patience time.Duration // for each chunk of a write
	uplink   string
	frames   frames
	written  atomic.Uint64 // PUBLISH packets, whole
	progress chan struct{} // holds one when written has grown
	untie    func() bool   // from its uplink

	mu  sync.Mutex // guards end and why
	end time.Time  // nothing is read or written after it; zero: no end
	why error      // the first error of reading or writing
}

// Read reads what the broker sends, and fails at a packet over the limit before the library makes room for it.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == nil {
		if err = c.frames.take(b[:n]); err != nil {
			n = 0 // the reader would make room for the packet
		}
	}
	c.note(err)
	return n, err
}

// chunk is how many bytes a write may take its patience for: a slow uplink is no dead one.
const chunk = 4 << 10

// Write writes one packet, as the library hands them over whole.
func (c *conn) Write(b []byte) (int, error) {
	for n := 0; n < len(b); {
		m, err := c.write(b[n:min(n+chunk, len(b))])
		if n += m; err != nil {
			return n, err
		}
	}
	if len(b) > 0 && b[0]>>4 == packets.Publish {
		c.written.Add(1)
		select {
		case c.progress <- struct{}{}:
		default:
		}
	}
	return len(b), nil
}

func (c *conn) write(b []byte) (int, error) {
	c.mu.Lock()
	err := c.Conn.SetWriteDeadline(c.before(time.Now().Add(c.patience)))
	c.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(b)
	c.note(err)
	return n, err
}

// SetDeadline bounds reading only: each write has its own deadline.
func (c *conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetReadDeadline bounds reading, never beyond the connection's end.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Conn.SetReadDeadline(c.before(t))
}

// SetWriteDeadline does nothing: the library would lift the deadline of other writers.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// endBy ends all reading and writing at t.
func (c *conn) endBy(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end = t
	_ = c.Conn.SetDeadline(t) // it fails only on a closed connection
}

// fallen is why a connection ended whose uplink did.
type fallen struct{ error }

// fall ends the connection at once, because its uplink is no longer what it was.
func (c *conn) fall(why error) {
	c.note(fallen{fmt.Errorf("its uplink ended: %w", why)})
	c.endBy(time.Now())
}

// before returns t, but not later than the end. The caller holds mu.
func (c *conn) before(t time.Time) time.Time {
	if !c.end.IsZero() && (t.IsZero() || t.After(c.end)) {
		return c.end
	}
	return t
}

func (c *conn) note(err error) {
	if err == nil || errors.Is(err, net.ErrClosed) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == nil {
		c.why = err
	}
}

// reason returns the first error of reading or writing, nil when we closed it ourselves.
func (c *conn) reason() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// hungUp reports whether the other side ended the connection, as a broker does that rejects a packet.
func (c *conn) hungUp() bool {
	err := c.reason()
	return !errors.Is(err, os.ErrDeadlineExceeded) &&
		(errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE))
}

// frames follows the MQTT packets in a stream of bytes (MQTT 3.1.1, section 2.2).
type frames struct {
	left   int  // bytes of the packet still to come
	length int  // as far as read
	digits int  // of the length read
	inside bool // the packet's first byte was read, its length not yet
}

// take follows b and fails when a packet announces more than maxPacket.
func (f *frames) take(b []byte) error {
	for len(b) > 0 {
		switch {
		case f.left > 0:
			n := min(f.left, len(b))
			f.left -= n
			b = b[n:]
			continue
		case !f.inside:
			*f = frames{inside: true}
		default:
			f.length |= int(b[0]&0x7F) << (7 * f.digits)
			f.digits++
			if f.length > maxPacket || f.digits > 4 {
				return fmt.Errorf("the broker sent a packet of more than %d bytes", maxPacket)
			}
			if b[0]&0x80 == 0 {
				*f = frames{left: f.length}
			}
		}
		b = b[1:]
	}
	return nil
}
