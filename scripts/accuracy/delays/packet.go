package delays

import "encoding/binary"

// Protocol numbers and flags (RFC 9293, RFC 768).
const (
	tcp = 6
	udp = 17
	fin = 1
	syn = 2
	rst = 4
)

// packet is what is looked at in an IPv4 packet of TCP or UDP.
type packet struct {
	protocol byte
	from, to uint16 // ports
	flags    byte   // of TCP
	seq      uint32 // of TCP
	payload  int    // bytes
}

// parse reads a packet; it is false for anything else, and for what is cut short.
func parse(b []byte) (p packet, ok bool) {
	if len(b) < 20 || b[0]>>4 != 4 {
		return p, false
	}
	head, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if head < 20 || total > len(b) || total < head+8 {
		return p, false
	}
	p.protocol, b = b[9], b[head:total]
	p.from, p.to = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	switch p.protocol {
	case udp:
		p.payload = len(b) - 8
		return p, true
	case tcp:
		if len(b) < 20 {
			return p, false
		}
		head := int(b[12]>>4) * 4
		if head < 20 || head > len(b) {
			return p, false
		}
		p.seq, p.flags, p.payload = binary.BigEndian.Uint32(b[4:]), b[13], len(b)-head
		return p, true
	}
	return p, false
}

// mirror exchanges the source and the destination of an IPv4 packet, which leaves its checksums as they are. So both ends
// of a connection can be on one machine, each of them talking to an address that nobody has.
func mirror(b []byte) {
	for i := 12; i < 16; i++ {
		b[i], b[i+4] = b[i+4], b[i]
	}
}
