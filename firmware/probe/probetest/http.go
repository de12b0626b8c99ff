package probetest

import (
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// httpRows is what servers answer over plain HTTP/1.1, and what is called of it.
func httpRows() []Behaviour {
	const ok, badStatus, header = firmware.OutcomeOK, firmware.OutcomeHTTPStatus, firmware.OutcomeHTTPHeader
	const redirect = "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
	type check = firmware.HTTPCheck
	head := func(name, value string) map[string]string { return map[string]string{name: value} }
	return over(firmware.ConnPlain,
		row("page", "a page with its length", web(Says(Page)), ok).status(200),
		row("page-without-length", "a page that ends with the connection", web(Says("HTTP/1.1 200 OK\r\n\r\nhello")), ok),
		row("page-of-http10", "a page by HTTP/1.0", web(Says("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello")), ok),
		row("no-content", "204", web(Says("HTTP/1.1 204 No Content\r\n\r\n")), ok).status(204),
		row("empty-page", "200 of no bytes, and closes", web(Says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")), ok).status(200),
		row("answer-to-head", "the head of a page to HEAD", web(Says("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n")).asks(func(c *check) { c.Method = "HEAD" }), ok),
		row("early-hints", "103 before the page", web(Says("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"+Page)), ok).status(200),
		row("internal-error", "500", web(Says("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")), badStatus).status(500),
		row("error-without-end", "503 whose page never comes", web(SaysAndHolds("HTTP/1.1 503 Oops\r\nContent-Length: 5\r\n\r\n")), badStatus).status(503),
		row("not-modified", "304 to a request without conditions", web(Says("HTTP/1.1 304 Not Modified\r\n\r\n")), badStatus).status(304),
		row("too-many-requests", "429", web(Says(Answer(429, "Retry-After: 60\r\n", "slow down"))), badStatus).status(429),
		row("redirect-unasked", "302 where none is followed", web(Says(redirect)), badStatus).status(302),
		row("redirect-as-expected", "302 where 301 or 302 is wanted", web(Says(redirect)).asks(func(c *check) { c.Status = []int{301, 302} }), ok).status(302),
		row("another-status", "200 where only 204 is wanted", web(Says(Page)).asks(func(c *check) { c.Status = []int{204} }), badStatus).saying("want 204"),
		row("status-600", "a status above all classes", web(Says(Answer(600, "", ""))), badStatus).status(600),
		row("status-999", "999, as sites that refuse robots", web(Says(Answer(999, "", ""))), badStatus).status(999),
		row("header-missing", "a page without a wanted header", web(Says(Page)).asks(func(c *check) { c.ExpectHead = head("X-Cache", "") }), header).saying("is missing"),
		row("header-wrong", "text where JSON is wanted", web(Says(Page)).asks(func(c *check) { c.ExpectHead = head("Content-Type", "json") }), header).saying("does not match"),
		row("header-right", "text where text is wanted", web(Says(Page)).asks(func(c *check) { c.ExpectHead = head("Content-Type", "^text/") }), ok),
		row("header-unwanted", "a header that must not be", web(Says(Answer(200, "X-Debug: 1\r\n", ""))).asks(func(c *check) { c.AbsentHead = head("X-Debug", "") }), header).saying("must not be"),
		row("header-value-unwanted", "a value that must not be, in the second of two fields", web(Says(Answer(200, "X-Stage: prod\r\nX-Stage: test\r\n", ""))).
			asks(func(c *check) { c.AbsentHead = head("X-Stage", "^test$") }), header).saying("must not"),
		row("header-value-other", "another value than the one that must not be", web(Says(Answer(200, "X-Stage: prod\r\n", ""))).
			asks(func(c *check) { c.AbsentHead = head("X-Stage", "^test$") }), ok),
		row("slow", "a good page, over the latency bound", web(SaysLate(Page, 60*time.Millisecond)).bounded(50*time.Millisecond), firmware.OutcomeSlow).status(200),
		row("slow-and-wrong", "a wrong status, over the latency bound", web(SaysLate(Page, 60*time.Millisecond)).bounded(50*time.Millisecond).
			asks(func(c *check) { c.Status = []int{204} }), badStatus),
		row("large-header", "a header of 60 KB", web(Says("HTTP/1.1 200 OK\r\n"+strings.Repeat("X-Y: "+strings.Repeat("z", 1000)+"\r\n", 59)+"Content-Length: 0\r\n\r\n")), ok),
	)
}
