package probetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"edgeprobe.io/firmware"
)

// replyRows is replies that are forged, broken, cut off or missing.
func replyRows() []Behaviour {
	const ok, other, timeout, servFail = firmware.OutcomeOK, firmware.OutcomeDNSOther, firmware.OutcomeDNSTimeout, firmware.OutcomeDNSServFail
	good := func(t testing.TB) dns.HandlerFunc { return Answers(t, addressed) }
	cut := func(next func(testing.TB) dns.HandlerFunc) func(testing.TB) dns.HandlerFunc {
		return func(t testing.TB) dns.HandlerFunc { return Truncates(next(t)) }
	}
	anotherID := func(m *dns.Msg) { m.Id++ }
	anotherName := func(m *dns.Msg) { m.Question[0].Name = "evil.example." }
	return []Behaviour{
		row("resolver-silent", "never answers", asked("A", always(Silent)).within(Short), timeout),
		row("resolver-not-there", "nobody listens on the port", starter(func(s Stage) Setup { return askedAt("A", Refused(s)) }).within(Short), timeout),
		row("a-query-back", "sends the query back", asked("A", always(func(w dns.ResponseWriter, q *dns.Msg) { w.WriteMsg(q) })).within(Short), timeout),
		row("an-update-back", "answers another operation than the query's", asked("A", replied(func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify }, addressed)).within(Short), timeout),
		row("wrong-id", "answers with another id", asked("A", replied(anotherID, addressed)).within(Short), timeout),
		row("wrong-id-first", "a forged answer with another id before the right one", asked("A", forgedFirst(anotherID), "192.0.2.7"), ok),
		row("wrong-question", "answers another question", asked("A", replied(anotherName, addressed)).within(Short), timeout),
		row("wrong-question-first", "a forged answer to another question before the right one", asked("A", forgedFirst(anotherName), "192.0.2.7"), ok),
		row("from-another-port", "answers from another port", packets(fromElsewhere("127.0.0.1")).within(Short), timeout),
		row("from-another-address", "answers from another address", packets(fromElsewhere("127.0.0.2")).within(Short), timeout),
		row("garbage-in-packets", "garbage", packets(says(func([]byte) []byte { return []byte("\x00what is this?") })).within(Short), timeout),
		row("empty-packet", "an empty packet", packets(says(func([]byte) []byte { return nil })).within(Short), timeout),
		row("garbage-first", "garbage before the right answer", packets(func(c net.PacketConn, from net.Addr, q []byte) {
			c.WriteTo([]byte("\xff\xff\xff"), from)
			c.WriteTo(packedReply(q, addressed), from)
		}), ok),
		row("flood-of-forgeries", "20,000 packets with another id, and nothing right", packets(floodOfForgeries).within(Short), timeout).flooding(),
		row("header-only", "the header of an answer, which nobody can match", packets(says(func(q []byte) []byte { return packedReply(q)[:12] })).within(Short), timeout),
		row("answers-missing", "says nine answers and has none", asked("A", always(func(w dns.ResponseWriter, q *dns.Msg) {
			m, _ := new(dns.Msg).SetReply(q).Pack()
			m[7] = 9
			w.Write(m)
		})), other),
		row("pointer-loop", "a name that points to itself", packets(says(func(q []byte) []byte {
			return withAnswer(q, func(at int) []byte { return []byte{0xc0 | byte(at>>8), byte(at)} })
		})), other),
		row("pointer-ahead", "a name that points behind the message", packets(says(func(q []byte) []byte { return withAnswer(q, func(int) []byte { return []byte{0xc3, 0xff} }) })), other),
		row("label-of-64", "a label of 64 bytes, which cannot be", packets(says(func(q []byte) []byte {
			return withAnswer(q, func(int) []byte { return append([]byte{64}, make([]byte, 65)...) })
		})), other),
		row("name-of-320", "a name of 320 bytes", packets(says(func(q []byte) []byte {
			return withAnswer(q, func(int) []byte { return append(bytes.Repeat(append([]byte{63}, make([]byte, 63)...), 5), 0) })
		})), other),
		row("address-of-3-bytes", "an A record of three bytes", packets(says(func(q []byte) []byte {
			m := packedReply(q, addressed)
			m[len(m)-5]-- // the length of the data
			return m[:len(m)-1]
		})), other),
		row("larger-than-offered", "a packet of 8 KB, more than was offered", packets(says(func(q []byte) []byte { return packedReply(q, manyAddresses(500)...) })), other),
		row("dnssec-bogus", "SERVFAIL, and why (RFC 8914)", asked("A", replied(withEDE(2, 6, 22))), servFail).status(2).saying("EDE 6 DNSSEC bogus (at  [2J noon); EDE 22 no reachable authority"),
		row("stale-reply", "an old answer, and says so", asked("A", replied(withEDE(0, 3), aliased, edged)), ok).saying("EDE 3 stale answer"),
		row("unknown-error", "an extended error that nobody knows", asked("A", replied(withEDE(0, 999), aliased, edged)), ok).saying("EDE 999 (at"),
		row("flood-of-errors", "nine extended errors", asked("A", replied(withEDE(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), aliased, edged)), ok).saying("EDE 3"),
		row("truncated", "truncated by UDP, whole by TCP", asked("A", cut(good), "192.0.2.7"), ok),
		row("truncated-many", "truncated by UDP, 500 addresses by TCP", asked("A", cut(func(t testing.TB) dns.HandlerFunc { return Answers(t, manyAddresses(500)...) }), "192.0.2.7"), ok),
		row("truncated-tcp-refused", "truncated by UDP, and no TCP", packets(says(truncated)), other),
		row("truncated-tcp-silent", "truncated by UDP, silent by TCP", asked("A", cut(always(Silent))).within(Short), timeout),
		row("truncated-tcp-nonsense", "truncated by UDP, another id by TCP", asked("A", cut(always(func(w dns.ResponseWriter, q *dns.Msg) { q.Id++; RCode(0)(w, q) }))), other),
		row("truncated-twice", "truncated by UDP and by TCP", asked("A", replied(func(m *dns.Msg) { m.Truncated = true })), other),
		row("truncated-tcp-closes", "truncated by UDP, closes by TCP", bothWays(func(c net.Conn) { c.Read(make([]byte, 512)) }), other),
		row("truncated-tcp-cut", "truncated by UDP, and half a message by TCP", bothWays(func(c net.Conn) { c.Read(make([]byte, 512)); io.WriteString(c, "\x02\x00half") }), other),
		row("truncated-tcp-drips", "truncated by UDP, drips by TCP", bothWays(func(c net.Conn) {
			for c.Read(make([]byte, 512)); Waits(c, 20*time.Millisecond); {
				io.WriteString(c, "\x7f")
			}
		}).within(Short), timeout),
	}
}

// rcodeRows is every code, also those that EDNS extends (RFC 6895 section 2.3).
func rcodeRows() (rows []Behaviour) {
	known := map[int]firmware.Outcome{
		0: firmware.OutcomeDNSNoData, 2: firmware.OutcomeDNSServFail, 3: firmware.OutcomeDNSNXDomain, 5: firmware.OutcomeDNSRefused,
	}
	for code := range 25 {
		want, ok := known[code]
		if !ok {
			want = firmware.OutcomeDNSOther
		}
		rows = append(rows, row(fmt.Sprintf("rcode-%d", code), strings.TrimSpace(fmt.Sprintf("code %d %s", code, dns.RcodeToString[code])),
			asked("A", replied(withEDE(code))), want).status(uint16(code)))
	}
	return rows
}

// withEDE makes a reply one of that code, with extended errors whose text is hostile.
func withEDE(code int, errors ...uint16) func(*dns.Msg) {
	return func(m *dns.Msg) {
		m.SetEdns0(1232, false)
		m.Rcode = code
		for _, e := range errors {
			m.IsEdns0().Option = append(m.IsEdns0().Option, &dns.EDNS0_EDE{InfoCode: e, ExtraText: "at \x1b[2J noon"})
		}
	}
}

// forgedFirst sends a wrong answer with a forged address before the right one.
func forgedFirst(spoil func(*dns.Msg)) func(testing.TB) dns.HandlerFunc {
	return func(t testing.TB) dns.HandlerFunc {
		forged := Replies(t, spoil, "shop.example. 60 IN A 192.0.2.66")
		right := Answers(t, addressed)
		return func(w dns.ResponseWriter, q *dns.Msg) {
			forged(w, q)
			right(w, q)
		}
	}
}

// late answers after a pause.
func late(pause time.Duration, records ...string) func(testing.TB) dns.HandlerFunc {
	return func(t testing.TB) dns.HandlerFunc {
		reply := Answers(t, records...)
		return func(w dns.ResponseWriter, q *dns.Msg) {
			<-time.After(pause)
			reply(w, q)
		}
	}
}

// chain is so many aliases, and the address that they lead to, if any.
func chain(n int, address string) func(testing.TB) dns.HandlerFunc {
	records := []string{"shop.example. 60 IN CNAME n0."}
	for i := range n - 1 {
		records = append(records, fmt.Sprintf("n%d. 60 IN CNAME n%d.", i, i+1))
	}
	if address != "" {
		records = append(records, fmt.Sprintf("n%d. 60 IN A %s", n-1, address))
	}
	return has(records...)
}

func manyAddresses(n int) (records []string) {
	for i := range n {
		records = append(records, fmt.Sprintf("shop.example. 60 IN A 192.0.%d.%d", 2+i/200, 7+i%200))
	}
	return records
}

// packets is a server that has its own way with packets.
func packets(handle func(net.PacketConn, net.Addr, []byte)) starter {
	return func(s Stage) Setup { return askedAt("A", Packets(s, handle)) }
}

// says answers each query with what reply makes of it.
func says(reply func(query []byte) []byte) func(net.PacketConn, net.Addr, []byte) {
	return func(c net.PacketConn, from net.Addr, query []byte) { c.WriteTo(reply(query), from) }
}

// packedReply is the reply to a query with records, as bytes; nil when the query is none.
func packedReply(query []byte, records ...string) []byte {
	q := new(dns.Msg)
	if q.Unpack(query) != nil {
		return nil
	}
	m := new(dns.Msg).SetReply(q)
	for _, text := range records {
		if r, err := dns.NewRR(text); err == nil {
			m.Answer = append(m.Answer, r)
		}
	}
	m.Compress = true
	out, _ := m.Pack()
	return out
}

func truncated(query []byte) []byte {
	m := packedReply(query)
	m[2] |= 0x02
	return m
}

// withAnswer appends an A record whose owner's name is what owner makes it, given its place in the message.
func withAnswer(query []byte, owner func(at int) []byte) []byte {
	m := packedReply(query)
	binary.BigEndian.PutUint16(m[6:], 1)
	return append(append(m, owner(len(m))...), 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7)
}

// fromElsewhere answers from another socket than the one that was asked.
func fromElsewhere(address string) func(net.PacketConn, net.Addr, []byte) {
	return func(_ net.PacketConn, from net.Addr, query []byte) {
		c, err := net.ListenPacket("udp", address+":0")
		if err != nil {
			return
		}
		defer c.Close()
		c.WriteTo(packedReply(query, addressed), from)
	}
}

func floodOfForgeries(c net.PacketConn, from net.Addr, query []byte) {
	forged := packedReply(query, addressed)
	forged[0]++
	for range 20_000 {
		if _, err := c.WriteTo(forged, from); err != nil {
			return
		}
	}
}

// bothWays is a server that answers truncated by UDP, and has its own way by TCP.
func bothWays(serve func(net.Conn)) starter {
	return func(s Stage) Setup {
		u, l := bothPorts(s)
		packetsOn(s, u, says(truncated))
		ServeOn(s, l, serve)
		return askedAt("A", u.LocalAddr().String())
	}
}
