package probetest

import (
	"crypto/tls"
	"io"

	"golang.org/x/net/http2"

	"edgeprobe.io/firmware"
)

// http2Rows is what servers do in frames (RFC 9113).
func http2Rows() []Behaviour {
	const ok, broken, cut = firmware.OutcomeOK, firmware.OutcomeHTTPProtocol, firmware.OutcomeReset
	head, kilobyte := func(f Frames) { f.Head(false, ":status", "200") }, make([]byte, 1000)
	offers := func(protocols ...string) starter {
		return webTLS(Says(Page), nil, func(c *tls.Config) { c.NextProtos = protocols }).asks(func(c *firmware.HTTPCheck) { c.Protocol = 2 })
	}
	return append([]Behaviour{
		row("refuses-http2", "offers HTTP/1.1 only", offers("http/1.1"), firmware.OutcomeTLSOther),
	}, over(firmware.ConnFull,
		row("http2-unheard-of", "chooses no protocol", offers(), broken),
		row("page-in-frames", "a page", web2(func(f Frames) { f.Body("hello") }).asks(func(c *firmware.HTTPCheck) { c.ExpectBody = "^hello$" }), ok).status(200),
		row("empty-page-in-frames", "204", web2(func(f Frames) { f.Head(true, ":status", "204") }), ok).status(204),
		row("hints-in-frames", "103 before the page", web2(func(f Frames) { f.Head(false, ":status", "103"); f.Body("hello") }), ok).status(200),
		row("chatters", "settings, a ping and a window before the page", web2(func(f Frames) {
			f.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 1})
			f.WritePing(false, [8]byte{1})
			f.WriteWindowUpdate(0, 10)
			f.Body("hello")
		}), ok),
		row("head-in-frames", "the head of a page to HEAD", web2(func(f Frames) { f.Head(true, ":status", "200", "content-length", "12") }).asks(func(c *firmware.HTTPCheck) { c.Method = "HEAD" }), ok).status(200),
		row("not-modified-in-frames", "304 that says how long the page is", web2(func(f Frames) { f.Head(true, ":status", "304", "content-length", "12") }).asks(func(c *firmware.HTTPCheck) { c.Status = []int{304} }), ok).status(304),
		row("trailers-in-frames", "a trailer after the page", web2(func(f Frames) { head(f); f.WriteData(1, false, []byte("hello")); f.Head(true, "x-sum", "1") }), ok),
		row("unknown-frames", "frames of a type that nobody knows", web2(func(f Frames) { f.WriteRawFrame(0xfa, 0, 1, kilobyte); f.Body("hello") }), ok),
		row("page-in-padding", "a page in padding", web2(func(f Frames) { head(f); f.WriteDataPadded(1, true, []byte("hello"), kilobyte[:255]) }), ok),
		row("error-in-frames", "503 whose page never comes", web2(func(f Frames) { f.Head(false, ":status", "503"); f.HoldOn() }), firmware.OutcomeHTTPStatus).status(503),
		row("body-wrong-in-frames", "a body that does not match", web2(func(f Frames) { f.Body("hello") }).asks(func(c *firmware.HTTPCheck) { c.ExpectBody = "bye" }), firmware.OutcomeBodyMismatch),
		row("endless-body-in-frames", "a body without end", web2(func(f Frames) { head(f); flood(func(f Frames) error { return f.WriteData(1, false, kilobyte) })(f) }), firmware.OutcomeTooLarge).flooding(),
		row("rst-stream", "RST_STREAM at once", web2(func(f Frames) { f.WriteRSTStream(1, http2.ErrCodeRefusedStream); f.HoldOn() }), cut).saying("REFUSED_STREAM"),
		row("rst-stream-in-the-body", "RST_STREAM in the body", web2(func(f Frames) { head(f); f.WriteRSTStream(1, http2.ErrCodeInternal); f.HoldOn() }), cut).saying("INTERNAL_ERROR"),
		row("goaway", "GOAWAY that leaves the request out", web2(func(f Frames) { f.WriteGoAway(0, http2.ErrCodeNo, nil); f.HoldOn() }), cut).saying("GOAWAY, NO_ERROR"),
		row("goaway-in-anger", "GOAWAY with an error", web2(func(f Frames) { f.WriteGoAway(1, http2.ErrCodeEnhanceYourCalm, nil); f.HoldOn() }), cut).saying("ENHANCE_YOUR_CALM"),
		row("goaway-after-this", "GOAWAY that includes the request, and the page", web2(func(f Frames) { f.WriteGoAway(1, http2.ErrCodeNo, nil); f.Body("hello") }), ok),
		row("goaway-and-closes", "GOAWAY that includes the request, and closes", web2(func(f Frames) { f.WriteGoAway(1, http2.ErrCodeNo, nil) }), cut),
		row("silent-in-frames", "nothing once asked", web2(Frames.HoldOn).within(Short), firmware.OutcomeTimeout),
		row("nothing-but-settings", "settings, and nothing more", web2(func(f Frames) { f.WriteSettings(); f.HoldOn() }).within(Short), firmware.OutcomeTimeout),
		row("stalls-in-frames", "stalls after the header", web2(func(f Frames) { head(f); f.HoldOn() }).within(Short), firmware.OutcomeStalled),
		row("closes-before-frames", "closes before answering", web2(func(Frames) {}), cut),
		row("closes-in-frames", "closes after the header", web2(head), cut),
		row("shorter-than-it-said", "fewer bytes than the length", web2(func(f Frames) {
			f.Head(false, ":status", "200", "content-length", "9")
			f.WriteData(1, true, []byte("hello"))
		}), cut),
		row("body-without-header", "a body without header", web2(func(f Frames) { f.WriteData(1, true, []byte("hello")) }), broken),
		row("header-without-status", "a header without status", web2(func(f Frames) { f.Head(true, "x", "y") }), broken),
		row("header-in-capitals", "a header name in capitals", web2(func(f Frames) { f.Head(true, ":status", "200", "X-Loud", "y") }), broken),
		row("speaks-http1-all-the-same", "agrees on HTTP/2 and speaks HTTP/1.1", web2(func(f Frames) { io.WriteString(f.Conn, Page); f.HoldOn() }), broken),
		row("pushes", "PUSH_PROMISE, which was forbidden", web2(func(f Frames) {
			f.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, EndHeaders: true})
			f.HoldOn()
		}), broken),
		row("answers-another", "an answer to a request that nobody made", web2(func(f Frames) { f.headOn(3, true, ":status", "200"); f.HoldOn() }).within(Short), firmware.OutcomeTimeout),
		row("frame-too-large", "a frame larger than was offered", web2(func(f Frames) { head(f); f.WriteData(1, true, make([]byte, 20<<10)) }), broken),
	)...)
}
