package probe

import (
	"net"
	"time"
)

// looks is how often, within the time it is given, a connection looks for losses while nothing comes.
const looks = 8

// boundConn is a connection whose deadline is the run's and cannot be moved: crypto/tls, for one, would give
// itself five more seconds to say goodbye. While nothing comes it asks the kernel now and then whether packets are
// being lost; a loss that lasts ends the wait early, as a [lossError], so that there is time to find out more.
type boundConn struct {
	net.Conn
	until  time.Time
	every  time.Duration // between looks
	losses losses
}

// bound gives a connection its deadline.
func bound(c net.Conn, until time.Time) (*boundConn, error) {
	b := &boundConn{Conn: c}
	return b, b.renew(until)
}

// renew gives the connection another deadline.
func (c *boundConn) renew(until time.Time) error {
	c.until, c.every, c.losses = until, time.Until(until)/looks, losses{}
	if err := c.Conn.SetDeadline(until); err != nil {
		return err
	}
	return c.Conn.SetReadDeadline(c.next())
}

// next is when to look next.
func (c *boundConn) next() time.Time {
	if at := time.Now().Add(c.every); at.Before(c.until) {
		return at
	}
	return c.until
}

// Read reads what comes until the deadline.
func (c *boundConn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if n > 0 || err == nil || !isTimeout(err) {
			return n, err
		}
		late := !time.Now().Before(c.until)
		if way := c.losses.look(c.Conn); way != "" && (late || c.losses.last()) {
			return 0, &lossError{err, way}
		}
		if late {
			return 0, err
		}
		if err := c.Conn.SetReadDeadline(c.next()); err != nil {
			return 0, err
		}
	}
}

// SetDeadline leaves the deadline where it is.
func (*boundConn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline leaves the deadline where it is.
func (*boundConn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline leaves the deadline where it is.
func (*boundConn) SetWriteDeadline(time.Time) error { return nil }
