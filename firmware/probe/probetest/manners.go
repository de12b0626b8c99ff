package probetest

import (
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Page is a good answer, with the body "hello world\n".
const Page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\nhello world\n"

// Answer is a whole answer with a status, further header lines and a body.
func Answer(status int, head, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n%s", status, head, len(body), body)
}

// Moved is a redirect.
func Moved(status int, location string) string {
	return Answer(status, "Location: "+location+"\r\n", "gone")
}

// Says reads a request's head and answers with the text, then closes.
func Says(text string) func(net.Conn) {
	return func(c net.Conn) {
		if ReadRequest(c) {
			io.WriteString(c, text)
		}
	}
}

// SaysAndHolds answers with the text and then says nothing more, and does not close.
func SaysAndHolds(text string) func(net.Conn) {
	return func(c net.Conn) {
		if ReadRequest(c) {
			io.WriteString(c, text)
			Holds(c)
		}
	}
}

// SaysLate is [Says] after a pause.
func SaysLate(text string, pause time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		if ReadRequest(c) && Waits(c, pause) {
			io.WriteString(c, text)
		}
	}
}

// Repeats answers with the text and then repeats more, pausing in between, until the peer goes.
func Repeats(text, more string, pause time.Duration) func(net.Conn) {
	piece := []byte(more)
	return func(c net.Conn) {
		if !ReadRequest(c) {
			return
		}
		io.WriteString(c, text)
		for {
			if _, err := c.Write(piece); err != nil {
				return
			}
			if pause > 0 && !Waits(c, pause) {
				return
			}
		}
	}
}

// Resets answers with the text and resets once the peer has had the time to read it.
func Resets(text string) func(net.Conn) {
	return func(c net.Conn) {
		if ReadRequest(c) {
			io.WriteString(c, text)
			Waits(c, 50*time.Millisecond)
			Aborts(c)
		}
	}
}

// Aborts makes closing the connection a reset.
func Aborts(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }

// Holds reads and says nothing until the peer goes.
func Holds(c net.Conn) { io.Copy(io.Discard, c) }

// Vanishes makes the machine behind a connection seem gone: whatever comes is dropped unseen, and nothing is sent. It
// returns when the server is ended.
func Vanishes(c net.Conn) {
	if secure, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = secure.NetConn()
	}
	drop, err := bpf.Assemble([]bpf.Instruction{bpf.RetConstant{Val: 0}})
	if err != nil {
		return
	}
	filter := unix.SockFprog{Len: 1, Filter: &unix.SockFilter{Code: drop[0].Op, Jt: drop[0].Jt, Jf: drop[0].Jf, K: drop[0].K}}
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		err = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &filter)
	})
	if err == nil {
		Holds(c)
	}
}

// Waits returns true after the pause, or false as soon as the peer is gone.
func Waits(c net.Conn, pause time.Duration) bool {
	c.SetReadDeadline(time.Now().Add(pause))
	_, err := c.Read(make([]byte, 1))
	return os.IsTimeout(err)
}

// ReadRequest reads a request's head, of 8 KB at most, and reports whether there was one.
func ReadRequest(c net.Conn) bool {
	buf := make([]byte, 0, 8192)
	for len(buf) < cap(buf) {
		n, err := c.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if len(buf) >= 4 && slices.Equal(buf[len(buf)-4:], []byte("\r\n\r\n")) {
			return true
		}
		if err != nil {
			return false
		}
	}
	return false
}
