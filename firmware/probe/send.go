package probe

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
)

// briefRequest is how long a request may be that leaves in one go: a new connection may send ten packets before the
// first is acknowledged (RFC 6928).
const briefRequest = 8 << 10

// upload is a body that is streamed instead of being rendered ahead, or cut off; the zero value is neither.
type upload struct {
	content firmware.Content
	cut     int64
}

func (u upload) streams() bool { return u.content.Name != "" || u.cut > 0 }

// brief reports whether the request leaves in one go. The wait for its answer is then counted from before it is written:
// whatever holds this device up right after writing would make the server look faster than it is. A longer request is on
// its way for as long as the uplink takes, which is not the server's time.
func (at *hop) brief() bool { return !at.upload.streams() && len(at.raw) <= briefRequest }

// send writes the request; broken says that it was cut off on purpose, after which there is no answer to wait for.
func (at *hop) send(conn net.Conn) (broken bool, err error) {
	if !at.upload.streams() {
		_, err = conn.Write(at.raw)
		return false, err
	}
	size, body := int64(len(at.body)), io.Reader(strings.NewReader(at.body))
	if c := at.upload.content; c.Name != "" {
		size, body = c.To-c.From, newGenerated(c)
	}
	if at.upload.cut > 0 && at.upload.cut >= size {
		return false, &miss{firmware.OutcomeBodyMismatch, "what is left to send is too short to be broken off"}
	}
	piece := cutReader{Reader: body, left: at.upload.cut, cuts: at.upload.cut > 0}
	req := *at.request
	req.ContentLength, req.Body = size, io.NopCloser(&piece)
	if size == 0 {
		req.Body = http.NoBody
	}
	out := bufio.NewWriter(conn)
	if err = req.Write(out); piece.broke {
		return true, out.Flush()
	}
	if err != nil {
		return false, err
	}
	return false, out.Flush()
}

// refusedBody reports whether an error of sending may come with an answer all the same: a server need not take a whole
// body to refuse it (RFC 9112 section 9.6).
func refusedBody(err error) bool {
	return errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET)
}
