package probe

import (
	"io"
	"net"
)

// canned is a connection that takes any request and gives one answer, a few bytes at a time.
type canned struct {
	net.Conn
	rest []byte
}

func (c *canned) Write(p []byte) (int, error) { return len(p), nil }

func (c *canned) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 7)], c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
