package probe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

const (
	maxHead    = 64 << 10 // bytes of header, interim answers included
	maxInfo    = 8        // interim answers (1xx) before the final one
	readBuffer = 2 << 10  // bytes
	keep       = 64 << 10 // larger bodies are not kept as a buffer for the next run
)

// errHead says that an answer's head is too long or without end.
func errHead() error {
	return &miss{firmware.OutcomeHTTPProtocol, fmt.Sprintf("the answer's header is over %d KiB, or has more than %d interim answers", maxHead>>10, maxInfo)}
}

// headLimit bounds what the reader of a header may take in, and remembers why reading ended: parsers report a
// line cut short as malformed, when the truth is a stalled or broken connection.
type headLimit struct {
	io.Reader
	left int
	err  error // nil while reading goes well
}

// Read reads on while the head may grow, and fails with errHead when it is too long.
func (l *headLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		l.err = errHead()
		return 0, l.err
	}
	n, err := l.Reader.Read(p[:min(len(p), l.left)])
	l.left -= n
	l.err = err
	return n, err
}

// cause returns why reading ended, and a parser's own error when reading did not.
func (l *headLimit) cause(err error) error {
	if l.err != nil {
		return l.err
	}
	return err
}

// exchange sends the request and judges the answer in the order status, header, body, size. An answer whose
// head is not as expected is judged without its body: the verdict must not wait for a slow error page. Nor is the
// body of a redirect that is to be followed read, which is what is returned; nil says that the answer was judged.
func (h *httpProbe) exchange(r *run, conn net.Conn, at *hop) (*http.Response, error) {
	h.whole = false
	r.phase = phaseWait
	at.renew()
	sent := time.Now()
	broken, unsent := at.send(conn)
	if broken || unsent != nil && !refusedBody(unsent) {
		return nil, unsent
	}
	if !at.brief() {
		sent = time.Now()
	}
	h.head = headLimit{Reader: conn, left: maxHead}
	h.in = bufio.NewReaderSize(&h.head, readBuffer)
	defer h.release()
	begins, err := h.in.Peek(1)
	if unsent != nil && err != nil {
		return nil, unsent
	} else if err != nil {
		return nil, err
	}
	first := time.Now()
	r.phase = phaseAnswer
	r.result.Phases.Wait += span(sent, first)
	defer func() { r.result.Phases.Transfer += span(first, time.Now()) }()

	if begins[0] != 'H' { // another protocol, which may never end a line
		return nil, errors.New("the answer does not begin as HTTP does")
	}
	answer, err := h.readHead(at.request)
	if err != nil {
		return nil, err
	}
	return h.judge(r, answer)
}

// judge judges an answer whose head has been read.
func (h *httpProbe) judge(r *run, answer *http.Response) (redirect *http.Response, err error) {
	r.result.Status = uint16(answer.StatusCode)
	r.result.Cache = cacheEvidence(answer.StatusCode, answer.Header)
	if h.follows(answer) {
		return answer, nil
	}
	if err := h.expect.judgeHead(answer, r.result.Cache); err != nil {
		return nil, err
	}
	return nil, h.finish(r, answer)
}

// readHead reads up to the final answer's header, skipping interim answers (RFC 9110 section 15.2).
func (h *httpProbe) readHead(request *http.Request) (*http.Response, error) {
	for range maxInfo + 1 {
		answer, err := http.ReadResponse(h.in, request)
		switch {
		case err != nil:
			return nil, h.head.cause(err)
		case answer.StatusCode < 100 || answer.StatusCode == http.StatusSwitchingProtocols:
			return nil, errors.New("the answer has a status that was not asked for")
		case answer.StatusCode >= 200:
			h.head.left = math.MaxInt
			return answer, nil
		}
	}
	return nil, errHead()
}

// finish reads the body to its end, or to one byte more than allowed, and judges it.
func (h *httpProbe) finish(r *run, answer *http.Response) error {
	if err := unreadable(answer); err != nil && (h.looksAtBody() || h.sum != nil) {
		return err
	}
	size, err := h.readBody(decoded(answer, h.expect.most))
	h.whole = err == nil && size <= h.expect.most && !answer.Close && h.in.Buffered() == 0
	r.result.Bytes = uint32(min(size, h.expect.most, math.MaxUint32))
	if err != nil {
		return err
	}
	seen := h.body[:min(int64(len(h.body)), h.expect.most)]
	if err := h.expect.judgeBody(&r.result, seen, size, r.deadline); err != nil {
		return err
	}
	if h.sum != nil {
		if err := h.expect.judgeDigest(h.sum.Sum(nil), size); err != nil {
			return err
		}
	}
	return h.capture(answer, seen, r.deadline)
}

// capture takes from an answer what a transaction goes on with.
func (h *httpProbe) capture(answer *http.Response, body []byte, deadline time.Time) (err error) {
	for _, c := range h.captures {
		if h.captured[c.Name], err = c.take(answer, body, deadline); err != nil {
			delete(h.captured, c.Name)
			return err
		}
	}
	return nil
}

// looksAtBody reports whether the body must be kept while it is read.
func (h *httpProbe) looksAtBody() bool {
	return h.expect.looksAtBody() || slices.ContainsFunc(h.captures, capture.reads)
}

// readBody returns the bytes read, one more than allowed at most; they are in h.body when an expectation looks at them.
func (h *httpProbe) readBody(body io.Reader) (size int64, err error) {
	body = io.LimitReader(body, h.expect.most+1)
	if h.sum != nil {
		h.sum.Reset()
		body = io.TeeReader(body, h.sum)
	}
	if h.body = h.body[:0]; h.looksAtBody() {
		size, err = h.keepBody(body)
	} else {
		size, err = io.Copy(io.Discard, body)
	}
	if err != nil {
		return size, h.head.cause(err)
	}
	return size, nil
}

// keepBody reads a body into the buffer of the run before.
func (h *httpProbe) keepBody(body io.Reader) (int64, error) {
	h.body = slices.Grow(h.body, readBuffer)
	for {
		if len(h.body) == cap(h.body) {
			h.body = append(h.body, 0)[:len(h.body)]
		}
		n, err := body.Read(h.body[len(h.body):cap(h.body)])
		h.body = h.body[:len(h.body)+n]
		if err == io.EOF {
			return int64(len(h.body)), nil
		}
		if err != nil {
			return int64(len(h.body)), err
		}
	}
}

// release lets go of the connection and its reader, and of a large body.
func (h *httpProbe) release() {
	h.head.Reader, h.in = nil, nil
	if cap(h.body) > keep {
		h.body = nil
	}
}
