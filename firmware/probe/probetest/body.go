package probetest

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net"
	"strings"

	"edgeprobe.io/firmware"
)

// bodyRows is answers that are well-formed, under status 200, and not always what customers came for.
func bodyRows() []Behaviour {
	const ok, mismatch = firmware.OutcomeOK, firmware.OutcomeBodyMismatch
	const state = `{"status":"ok","n":3,"up":true,"none":null,"items":[{"id":7},{"id":8.50}],"status2":"no"}`
	type check = firmware.HTTPCheck
	says := func(body string, change func(*check)) starter { return web(Says(Answer(200, "", body))).asks(change) }
	json := func(body, path, want string) starter {
		return says(body, func(c *check) { c.ExpectJSON = map[string]string{path: want} })
	}
	unavailable := func(c *check) { c.AbsentBody = "(?i)unavailable" }
	return over(firmware.ConnPlain,
		row("body-right", "a body that matches", says("hello world", func(c *check) { c.ExpectBody = "w.rld" }), ok),
		row("body-wrong", "a body that does not match", says("hello world", func(c *check) { c.ExpectBody = "good ?bye" }), mismatch).saying("does not match"),
		row("error-page", "an error page under status 200", says("<h1>Service unavailable</h1>", unavailable), mismatch).saying("must not"),
		row("no-error-page", "a page without the words of an error page", says("<h1>Welcome</h1>", unavailable), ok),
		row("too-large", "one byte more than allowed", says("hello", func(c *check) { c.MaxBytes = 4 }), firmware.OutcomeTooLarge),
		row("just-not-too-large", "as much as allowed", says("hello", func(c *check) { c.MaxBytes = 5 }), ok),
		row("too-small", "one byte less than wanted", says("hello", func(c *check) { c.MinBytes = 6 }), mismatch).saying("at least 6"),
		row("just-not-too-small", "as much as wanted", says("hello", func(c *check) { c.MinBytes = 5 }), ok),
		row("nothing", "an empty page where something is wanted", says("", func(c *check) { c.MinBytes = 1 }), mismatch).saying("body of 0 bytes"),
		row("json-text", "JSON with the wanted text", json(state, "$.status", "ok"), ok),
		row("json-number", "JSON with the wanted number", json(state, "$.n", "3"), ok),
		row("json-number-as-written", "JSON with a number written otherwise than others would", json(state, "$.items[1].id", "8.50"), ok),
		row("json-truth", "JSON with the wanted truth", json(state, "$.up", "true"), ok),
		row("json-null", "JSON with the wanted null", json(state, "$.none", "null"), ok),
		row("json-other-value", "JSON with another value", json(state, "$.status2", "ok"), mismatch).saying(`is not "ok"`),
		row("json-without-it", "JSON without the value", json(state, "$.items[2].id", "8"), mismatch).saying("does not exist"),
		row("json-list", "JSON with a list where a value is wanted", json(state, "$.items", "8"), mismatch).saying("an object or a list"),
		row("json-that-is-none", "HTML where JSON is wanted", json("<html>ok</html>", "$.status", "ok"), mismatch).saying("not JSON"),
		row("json-cut", "JSON without its end", json(state[:len(state)-5], "$.status", "ok"), mismatch).saying("not JSON"),
		row("json-and-more", "JSON twice", json(state+"{}", "$.status", "ok"), mismatch).saying("not JSON"),
		row("json-bomb", "JSON of a million lists in each other", json(strings.Repeat("[", 1<<20), "$.status", "ok"), mismatch).saying("not JSON"),
		row("json-member-twice", "a member twice: the last counts", json(`{"status":"ok","status":"bad"}`, "$.status", "ok"), mismatch).saying(`is not "ok"`),
		row("script-of-last-week", "the script of last week: its version is another", says("/*! recorder 41 */", func(c *check) { c.ExpectBody = "recorder 42" }), mismatch),
		row("gzip-unasked", "gzip, although identity was asked for: browsers read it", coded("gzip", gzipped("hello world")), ok),
		row("gzip-bomb", "gzip of 64 MB in 64 KB", bomb, firmware.OutcomeTooLarge).flooding(),
		row("gzip-in-members", "gzip in two members", coded("gzip", gzipped("hel")+gzipped("lo world")), ok),
		row("gzip-and-more", "gzip, and zeros after it: browsers leave them", coded("gzip", gzipped("hello world")+"\x00\x00\x00\x00"), ok),
		row("gzip-of-nothing", "gzip without end that holds nothing", nothings, firmware.OutcomeTooLarge).flooding(),
		row("gzip-that-is-none", "a page that is called gzip and is not", coded("gzip", "hello world"), mismatch).saying("gzip"),
		row("gzip-cut", "gzip without its end, of the right length", coded("gzip", gzipped("hello world")[:20]), mismatch).saying("gzip"),
		row("deflate-unasked", "deflate, although identity was asked for: nobody looks inside", coded("deflate", deflated("hello world")), mismatch).saying("deflate"),
	)
}

// coded sends a body that is coded as the header says, and wants hello in it.
func coded(coding, body string) starter {
	return web(Says(Answer(200, "Content-Encoding: "+coding+"\r\n", body))).asks(func(c *firmware.HTTPCheck) { c.ExpectBody = "hello" })
}

// bomb is a thousand times larger than it looks. What is found in it is not what ends it.
func bomb(s Stage) Setup {
	var out bytes.Buffer
	w, zeros := gzip.NewWriter(&out), make([]byte, 1<<20)
	for range 64 {
		w.Write(zeros)
	}
	w.Close()
	return web(Says(Answer(200, "Content-Encoding: gzip\r\n", out.String())))(s)
}

// nothings is empty members of gzip without end.
func nothings(s Stage) Setup {
	many := strings.Repeat(gzipped(""), 1000)
	return web(func(c net.Conn) {
		c.Read(make([]byte, 4096))
		_, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
		for err == nil {
			_, err = io.WriteString(c, many)
		}
	})(s)
}

func gzipped(text string) string {
	return packed(text, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func deflated(text string) string {
	return packed(text, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
}

// packed writes to a buffer, which takes all.
func packed(text string, by func(io.Writer) io.WriteCloser) string {
	var out bytes.Buffer
	w := by(&out)
	io.WriteString(w, text)
	w.Close()
	return out.String()
}
