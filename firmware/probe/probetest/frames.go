package probetest

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"edgeprobe.io/firmware"
)

// Frames is a server's side of an HTTP/2 connection, frame by frame.
type Frames struct {
	*http2.Framer
	Conn net.Conn
}

// NewFrames takes over the connection.
func NewFrames(c net.Conn) Frames { return Frames{http2.NewFramer(c, c), c} }

// Asked reads up to the end of the request, and reports whether it came.
func (f Frames) Asked() bool {
	io.ReadFull(f.Conn, make([]byte, len(http2.ClientPreface)))
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return false
		}
		if ended, ok := frame.(interface{ StreamEnded() bool }); ok && ended.StreamEnded() {
			return true
		}
	}
}

// Head sends a header: names and values in turn.
func (f Frames) Head(end bool, fields ...string) { f.headOn(1, end, fields...) }

func (f Frames) headOn(stream uint32, end bool, fields ...string) {
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block(fields...), EndHeaders: true, EndStream: end})
}

func block(fields ...string) []byte {
	var out bytes.Buffer
	enc := hpack.NewEncoder(&out)
	for i := 0; i < len(fields); i += 2 {
		enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return out.Bytes()
}

// Body sends a whole answer.
func (f Frames) Body(text string) {
	f.Head(false, ":status", "200")
	f.WriteData(1, true, []byte(text))
}

// HoldOn waits until the peer goes.
func (f Frames) HoldOn() { io.Copy(io.Discard, f.Conn) }

// flood writes until the peer goes.
func flood(write func(Frames) error) func(Frames) {
	return func(f Frames) {
		for write(f) == nil {
		}
	}
}

// web2 serves one request after its settings, and ends its side of the connection.
func web2(serve func(Frames)) starter {
	return func(s Stage) Setup {
		cfg := &tls.Config{Certificates: []tls.Certificate{s.CA.Leaf(s, host, nil)}, NextProtos: []string{"h2"}}
		address := ServeTLS(s, cfg, func(c net.Conn) {
			f := NewFrames(c)
			if f.Asked() {
				f.WriteSettings()
				serve(f)
				c.(*tls.Conn).CloseWrite()
				f.HoldOn()
			}
		})
		return Setup{Check: firmware.Check{Kind: "http", HTTP: &firmware.HTTPCheck{URL: "https://" + host + "/", Address: address, Protocol: 2}}}
	}
}
