package probetest

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// framingRows is HTTP/1.1 that is broken, cut off, dripping, endless or only odd (RFC 9112).
func framingRows() []Behaviour {
	const ok, broken, cut, stalled = firmware.OutcomeOK, firmware.OutcomeHTTPProtocol, firmware.OutcomeReset, firmware.OutcomeStalled
	const start, chunked, pause = "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 20 * time.Millisecond
	body := func(pattern string) func(*firmware.HTTPCheck) {
		return func(c *firmware.HTTPCheck) { c.ExpectBody = pattern }
	}
	secure := func(s Stage) Setup {
		return page(ServeTLS(s, &tls.Config{Certificates: []tls.Certificate{s.CA.Leaf(s, host, nil)}}, Says(Page)))
	}
	return over(firmware.ConnPlain,
		row("chunked", "a page in chunks", web(Says(chunked+"5\r\nhello\r\n0\r\n\r\n")).asks(body("^hello$")), ok),
		row("chunks-of-hex", "chunk sizes in lower-case hex, with leading zeros", web(Says(chunked+"00a\r\nhello worl\r\n1\r\nd\r\n0\r\n\r\n")).asks(body("^hello world$")), ok),
		row("chunk-broken", "a chunk size that is no number", web(Says(chunked+"zz\r\nhello\r\n")), broken),
		row("chunk-size-overflow", "a chunk size of 68 bits", web(Says(chunked+"fffffffffffffffff\r\nhello\r\n")), broken),
		row("chunk-size-huge", "a chunk of 2^64-1 bytes, and closes", web(Says(chunked+"ffffffffffffffff\r\nhello\r\n")), cut),
		row("chunk-size-negative", "a chunk of -1 bytes", web(Says(chunked+"-1\r\nhello\r\n")), broken),
		row("chunk-extensions", "chunk extensions without end", web(Repeats(chunked, "1;a="+strings.Repeat("b", 3000)+"\r\nx\r\n", 0)), broken).flooding(),
		row("chunks-of-one-byte", "chunks of one byte without end", web(Repeats(chunked, strings.Repeat("1\r\nx\r\n", 1000), 0)), firmware.OutcomeTooLarge).flooding(),
		row("chunks-without-last", "closes without the last chunk", web(Says(chunked+"5\r\nhello\r\n")), cut),
		row("chunks-cut", "closes in a chunk", web(Says(chunked+"9\r\nhello")), cut),
		row("trailers", "a trailer after the chunks", web(Says(chunked+"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n")), ok),
		row("trailers-without-end", "trailers without end", web(Repeats(chunked+"0\r\n", "X-Y: "+strings.Repeat("z", 1000)+"\r\n", 0)), broken).flooding(),
		row("coding-unknown", "a transfer coding that is not chunked", web(Says(start+"Transfer-Encoding: identity\r\n\r\nhello")), broken),
		row("length-and-chunks", "both a length and chunks: the chunks count", web(Says(start+"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")).asks(body("^hello$")), ok),
		row("length-no-number", "a length that is no number", web(Says(start+"Content-Length: many\r\n\r\nhello")), broken),
		row("length-negative", "a length of -5", web(Says(start+"Content-Length: -5\r\n\r\nhello")), broken),
		row("length-overflow", "a length of 20 digits", web(Says(start+"Content-Length: 99999999999999999999\r\n\r\nhello")), broken),
		row("length-twice", "the same length twice", web(Says(start+"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello")), ok),
		row("lengths-differ", "two lengths that differ", web(Says(start+"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")), broken),
		row("length-too-long", "closes before the length is reached", web(Says(start+"Content-Length: 50\r\n\r\nhello")), cut).status(200),
		row("length-too-short", "more bytes than the length: they are no part of the page", web(Says(start+"Content-Length: 5\r\n\r\nhello world")).asks(body("^hello$")), ok),
		row("garbage-after-page", "garbage after a page", web(Says(Page+"\x00\xff\x00garbage")), ok),
		row("resets-in-the-body", "resets in the middle of the body", web(Resets(start+"Content-Length: 50\r\n\r\nhello")), cut).status(200),
		row("closes-in-the-header", "closes in the status line", web(Says("HTTP/1.1 200 O")), cut),
		row("closes-between-headers", "closes before the header ends", web(Says(start+"X-A: b\r\n")), cut),
		row("stalls-in-the-header", "stalls in the header", web(SaysAndHolds(start+"Content-")).within(Short), stalled),
		row("stalls-in-the-body", "stalls in the body", web(SaysAndHolds(start+"Content-Length: 12\r\n\r\nhello")).within(Short), stalled).status(200),
		row("drips-a-header", "drips a header without end", web(Repeats(start+"X: ", "y", pause)).within(Short), stalled),
		row("drips-a-body", "drips a body without end", web(Repeats(start+"\r\n", "x", pause)).within(Short), stalled),
		row("endless-header", "header lines without end", web(Repeats(start, "X-Y: "+strings.Repeat("z", 1000)+"\r\n", 0)), broken).flooding(),
		row("endless-header-line", "one header line without end", web(Repeats(start+"X-Y: ", strings.Repeat("z", 4096), 0)), broken).flooding(),
		row("endless-status-line", "a status line without end", web(Repeats("HTTP/1.1 200 ", strings.Repeat("O", 4096), 0)), broken).flooding(),
		row("endless-body", "a body without end", web(Repeats(start+"\r\n", strings.Repeat("x", 4096), 0)), firmware.OutcomeTooLarge).flooding(),
		row("endless-body-searched", "a body without end that a pattern is looked for in", web(Repeats(start+"\r\n", strings.Repeat("x", 4096), 0)).asks(body("y+z")), firmware.OutcomeBodyMismatch).flooding(),
		row("too-many-hints", "nine early hints before the page", web(Says(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 9)+Page)), broken),
		row("flood-of-100", "100 without end", web(Repeats("", "HTTP/1.1 100 Continue\r\n\r\n", 0)), broken).flooding(),
		row("switches-protocols", "101 unasked", web(Says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")), broken),
		row("folded-header", "a header value over two lines (obs-fold)", web(Says(Answer(200, "X-A: b\r\n c\r\n", "hello"))).
			asks(func(c *firmware.HTTPCheck) { c.ExpectHead = map[string]string{"X-A": "^b c$"} }), ok),
		row("line-feeds-only", "lines that end without carriage return", web(Says("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello")).asks(body("^hello$")), ok),
		row("header-with-nul", "a NUL in a header value", web(Says(Answer(200, "X-A: b\x00c\r\n", ""))), broken),
		row("header-without-colon", "a header line without colon", web(Says(Answer(200, "what is this\r\n", ""))), broken),
		row("status-99", "a status below all classes", web(Says("HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n")), broken),
		row("status-of-four-digits", "a status of four digits", web(Says(Answer(2000, "", ""))), broken),
		row("http09", "a page without any header (HTTP/0.9)", web(Says("<html>hello</html>\r\n")), broken),
		row("garbage", "garbage", web(Says("\x00\x01\x02 nothing like it\r\n\r\n")), broken),
		row("mail-server", "the greeting of a mail server", web(Says("220 mail.example ESMTP\r\n")), broken),
		row("greets-unasked", "answers before it was asked, and closes", web(func(c net.Conn) { io.WriteString(c, Page); ReadRequest(c) }), ok),
		row("https-on-the-port", "wants TLS where none is spoken, and closes", secure, cut),
		row("https-on-the-port-told", "wants TLS where none is spoken, and says so in an alert", web(Says("\x15\x03\x01\x00\x02\x02\x46")), broken),
	)
}
