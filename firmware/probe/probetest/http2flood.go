package probetest

import (
	"bytes"
	"strings"

	"golang.org/x/net/http2"

	"edgeprobe.io/firmware"
)

// http2Floods are servers that send without end what brings the answer no further.
func http2Floods() []Behaviour {
	const broken = firmware.OutcomeHTTPProtocol
	head, kilobyte := func(f Frames) { f.Head(false, ":status", "200") }, make([]byte, 1000)
	trailer := http2.HeadersFrameParam{StreamID: 1, BlockFragment: block("x-sum", "1"), EndHeaders: true}
	return over(firmware.ConnFull,
		row("flood-of-settings", "SETTINGS without end", web2(flood(func(f Frames) error { return f.WriteSettings() })), broken).flooding(),
		row("flood-of-pings", "PING without end", web2(flood(func(f Frames) error { return f.WritePing(false, [8]byte{}) })), broken).flooding(),
		row("flood-of-resets", "RST_STREAM of other streams without end", web2(flood(func(f Frames) error { return f.WriteRSTStream(3, http2.ErrCodeCancel) })), broken).flooding(),
		row("flood-of-hints", "twenty early hints", web2(func(f Frames) {
			for range 20 {
				f.Head(false, ":status", "103")
			}
			f.HoldOn()
		}), broken),
		row("flood-of-empty-data", "empty DATA without end", web2(func(f Frames) { head(f); flood(func(f Frames) error { return f.WriteData(1, false, nil) })(f) }), broken).flooding(),
		row("flood-of-trailers", "trailers without end", web2(func(f Frames) { head(f); flood(func(f Frames) error { return f.WriteHeaders(trailer) })(f) }), broken).flooding(),
		row("flood-of-padding", "more padding than the window holds", web2(func(f Frames) {
			head(f)
			flood(func(f Frames) error { return f.WriteDataPadded(1, false, []byte("x"), kilobyte[:255]) })(f)
		}), broken).flooding(),
		row("flood-between-data", "frames of a type that nobody knows, and a byte of the page now and then", web2(func(f Frames) {
			head(f)
			flood(func(f Frames) error {
				for range 500 {
					f.WriteRawFrame(0xfa, 0, 1, kilobyte)
				}
				return f.WriteData(1, false, []byte("x"))
			})(f)
		}), broken).flooding(),
		row("flood-of-continuations", "a header without end", web2(func(f Frames) {
			f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x82}})
			fields := bytes.Repeat([]byte{0x82}, 1000)
			flood(func(f Frames) error { return f.WriteContinuation(1, false, fields) })(f)
		}), broken).flooding(),
		row("hpack-bomb", "a header of 4 KB that is repeated 16,000 times in as many bytes", web2(hpackBomb), broken).flooding(),
	)
}

// hpackBomb names a large field once, which puts it into the table, and then points to it with a byte each.
func hpackBomb(f Frames) {
	large := block(":status", "200", "x-bomb", strings.Repeat("x", 3900))
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: append(large, bytes.Repeat([]byte{0x80 | 62}, 12_000)...), EndHeaders: true, EndStream: true})
	f.HoldOn()
}
