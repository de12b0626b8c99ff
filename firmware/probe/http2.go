package probe

import (
	"bytes"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const (
	onlyStream  = 1        // the first that a client may open; no other is
	maxFrame    = 16 << 10 // bytes of payload, either way: what every peer must take (RFC 9113 section 4.2)
	frameHead   = 9        // bytes before the payload (section 4.1)
	firstWindow = 65535    // bytes that may be sent before anything was allowed (section 6.9.2)
	maxIdle     = 64 << 10 // bytes of frames that bring the answer no further
)

// talk2 is one request and its answer over HTTP/2 (RFC 9113), read and written by one goroutine: no stream but one
// is open, and the window offered holds the largest body that is read, so that nothing has to be granted later.
type talk2 struct {
	conn   net.Conn
	framer *http2.Framer
	out    bytes.Buffer // frames not yet written
	unsent string       // of the request's body
	whole  int64        // may be sent on the connection
	stream int64        // may be sent on the stream
	first  int64        // what the peer lets every stream begin with
	window int64        // that the peer may still send of the answer's body, padding included
	idle   int64        // bytes of frames so far that brought the answer no further

	data []byte // of the newest DATA frame, not yet read
	left int64  // of the body, as Content-Length says; negative: not said
	end  bool
}

// exchange2 is exchange for HTTP/2. The wait ends with the answer's header: what a server says of itself before is
// no answer.
func (h *httpProbe) exchange2(r *run, conn net.Conn, at *hop) (*http.Response, error) {
	h.whole, h.head = false, headLimit{}
	r.phase = phaseWait
	at.renew()
	t := newTalk2(conn, at, h.expect.most)
	sent := time.Now()
	if err := t.flush(); err != nil {
		return nil, err
	}
	if !at.brief() {
		sent = time.Now()
	}
	answer, err := t.head(at.request.Method)
	if err != nil {
		return nil, err
	}
	answer.Request = at.request
	first := time.Now()
	r.phase = phaseAnswer
	r.result.Phases.Wait += span(sent, first)
	defer func() { r.result.Phases.Transfer += span(first, time.Now()) }()
	return h.judge(r, answer)
}

func newTalk2(conn net.Conn, at *hop, most int64) *talk2 {
	t := &talk2{conn: conn, unsent: at.body, whole: firstWindow, stream: firstWindow, first: firstWindow, left: -1}
	t.framer = http2.NewFramer(&t.out, conn)
	t.framer.SetMaxReadFrameSize(maxFrame)
	t.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	t.framer.MaxHeaderListSize = maxHead
	t.window = min(most, 1<<30) + maxFrame
	window := uint32(t.window)
	t.out.WriteString(http2.ClientPreface)
	t.framer.WriteSettings(http2.Setting{ID: http2.SettingEnablePush}, http2.Setting{ID: http2.SettingInitialWindowSize, Val: window},
		http2.Setting{ID: http2.SettingMaxHeaderListSize, Val: maxHead})
	if window > firstWindow {
		t.framer.WriteWindowUpdate(0, window-firstWindow)
	}
	t.ask(at)
	t.send()
	return t
}

// ask writes the request's header. The framer writes into a buffer, which takes all.
func (t *talk2) ask(at *hop) {
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	path := at.request.URL.RequestURI()
	if len(at.nonce) > 0 {
		path = strings.Replace(path, nonceName+"="+nonceBlank, nonceName+"="+string(at.nonce), 1)
	}
	for _, f := range [][2]string{{":method", at.request.Method}, {":scheme", "https"}, {":authority", at.request.Host}, {":path", path}} {
		enc.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	for name, values := range at.request.Header {
		enc.WriteField(hpack.HeaderField{Name: strings.ToLower(name), Value: values[0], Sensitive: true})
	}
	if at.body != "" {
		enc.WriteField(hpack.HeaderField{Name: "content-length", Value: strconv.Itoa(len(at.body))})
	}
	piece := block.Next(maxFrame)
	t.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: onlyStream, BlockFragment: piece, EndStream: at.body == "", EndHeaders: block.Len() == 0,
	})
	for block.Len() > 0 {
		piece = block.Next(maxFrame)
		t.framer.WriteContinuation(onlyStream, block.Len() == 0, piece)
	}
}

// send writes as much of the body as the peer allows.
func (t *talk2) send() {
	for t.unsent != "" {
		n := min(int64(len(t.unsent)), maxFrame, t.whole, t.stream)
		if n <= 0 {
			return
		}
		piece := t.unsent[:n]
		t.unsent = t.unsent[n:]
		t.whole, t.stream = t.whole-n, t.stream-n
		t.framer.WriteData(onlyStream, t.unsent == "", []byte(piece))
	}
}

func (t *talk2) flush() error {
	if t.out.Len() == 0 {
		return nil
	}
	_, err := t.conn.Write(t.out.Bytes())
	t.out.Reset()
	return err
}
