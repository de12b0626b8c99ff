package probetest

import (
	"io"
	"net"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// connected is a check that connects, says send and wants to hear what expect matches.
func connected(serve func(net.Conn), send, expect string) starter {
	return func(s Stage) Setup { return connection(Serve(s, serve), send, expect) }
}

func connection(address, send, expect string) Setup {
	return Setup{Check: firmware.Check{Kind: "tcp", TCP: &firmware.TCPCheck{Target: address, Send: send, Expect: expect, MaxBytes: 1000}}}
}

// greets says the text at once, and stays.
func greets(text string) func(net.Conn) {
	return func(c net.Conn) {
		io.WriteString(c, text)
		Holds(c)
	}
}

// tcpRows is what servers do that speak first, or to a word sent.
func tcpRows() []Behaviour {
	const ok, mismatch = firmware.OutcomeOK, firmware.OutcomeBodyMismatch
	echoes := func(c net.Conn) { io.Copy(c, c) }
	return append([]Behaviour{
		row("tcp-nobody-listens", "nobody listens on the port", func(s Stage) Setup { return connection(Refused(s), "", "") }, firmware.OutcomeRefused),
		row("tcp-blackhole", "connection attempts go unanswered", starter(func(s Stage) Setup { return connection(Blackhole(s), "", "") }).within(Short), firmware.OutcomeTCPTimeout),
	}, over(firmware.ConnPlain,
		row("connects", "accepts", connected(Holds, "", ""), ok),
		row("greets", "greets as wanted", connected(greets("220 mail.example ESMTP\r\n"), "", "^220 "), ok),
		row("echoes", "says back what it is told", connected(echoes, "PING\r\n", "PING"), ok),
		row("is-told-only", "is told something, and nothing is listened for", connected(echoes, "hunter2", ""), ok),
		row("greets-otherwise-stays", "greets otherwise, and stays", connected(greets("554 hunter2\r\n"), "", "^220 ").within(Short), mismatch).saying("the 13 bytes heard"),
		row("greets-otherwise-goes", "greets otherwise, and closes", connected(func(c net.Conn) { io.WriteString(c, "554 no\r\n") }, "", "^220 "), mismatch).saying("the 8 bytes heard"),
		row("greets-not", "says nothing", connected(Holds, "", "^220 ").within(Short), firmware.OutcomeTimeout).saying("no answer"),
		row("greets-in-pieces", "greets byte by byte", connected(func(c net.Conn) {
			for _, b := range []byte("220 mail\r\n") {
				c.Write([]byte{b})
				Waits(c, 5*time.Millisecond)
			}
		}, "", "mail\r\n$"), ok),
		row("tcp-closes", "closes at once", connected(func(net.Conn) {}, "", "^220 "), firmware.OutcomeReset).saying("before answering"),
		row("tcp-vanishes", "is gone, without a goodbye", connected(Vanishes, "hello", "^220 ").within(Short), firmware.OutcomeTimeout),
		row("tcp-resets", "resets once it was told something", connected(afterHello(Aborts), "hello", "x"), firmware.OutcomeReset),
		row("tcp-floods", "a megabyte where a line is wanted", connected(func(c net.Conn) { io.WriteString(c, strings.Repeat("x", 1<<20)) }, "", "^220 "), firmware.OutcomeTooLarge).saying("first 1000 bytes").flooding(),
		row("tcp-drips", "drips without end", connected(drips("", "x", 20*time.Millisecond), "", "^220 ").within(Short), mismatch),
	)...)
}
