package probetest

import (
	"net"
	"testing"

	"edgeprobe.io/firmware"
)

// at is a check of the web whose server is at an address of that kind.
func at(place func(testing.TB) string) starter {
	return func(s Stage) Setup { return page(place(s)) }
}

// web is a server of plain HTTP that handles each connection so.
func web(serve func(net.Conn)) starter {
	return func(s Stage) Setup { return page(Serve(s, serve)) }
}

// host is the name that all of the table's web servers go by.
const host = "shop.example"

func page(address string) Setup {
	return Setup{Check: firmware.Check{Kind: "http", HTTP: &firmware.HTTPCheck{URL: "http://" + host + "/", Address: address}}}
}

// connectRows is what can become of a connection before and after anything is said.
func connectRows() []Behaviour {
	return append([]Behaviour{
		row("nobody-listens", "nobody listens on the port", at(Refused), firmware.OutcomeRefused),
		row("blackhole", "connection attempts go unanswered", at(Blackhole).within(Short), firmware.OutcomeTCPTimeout),
	}, over(firmware.ConnPlain,
		row("closes-at-once", "accepts and closes", web(func(net.Conn) {}), firmware.OutcomeReset),
		row("never-reads", "accepts and never reads", web(Vanishes).within(Short), firmware.OutcomeTimeout),
		row("silent", "reads the request and says nothing", web(SaysAndHolds("")).within(Short), firmware.OutcomeTimeout),
		row("vanishes-once-asked", "is gone, without a goodbye, once it has the request", web(func(c net.Conn) {
			if ReadRequest(c) {
				Vanishes(c)
			}
		}).within(Short), firmware.OutcomeTimeout),
		row("vanishes-in-the-body", "is gone, without a goodbye, in the middle of the body", web(func(c net.Conn) {
			if ReadRequest(c) {
				c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello"))
				Vanishes(c)
			}
		}).within(Short), firmware.OutcomeStalled).status(200),
		row("closes-before-answering", "reads the request and closes", web(Says("")), firmware.OutcomeReset),
		row("resets-before-answering", "reads the request and resets", web(func(c net.Conn) { ReadRequest(c); Aborts(c) }), firmware.OutcomeReset),
	)...)
}
