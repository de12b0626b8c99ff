package delays

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// sample is a SYN from 10.77.0.2:4000 to 10.77.0.1:443, with a payload of two bytes, and two bytes more behind the packet.
func sample() []byte {
	b := []byte{0x45, 0, 0, 42, 0, 0, 0, 0, 64, tcp, 0, 0, 10, 77, 0, 2, 10, 77, 0, 1}
	b = append(b, 0x0f, 0xa0, 0x01, 0xbb, 0, 0, 0, 7, 0, 0, 0, 0, 0x50, syn, 0, 0, 0, 0, 0, 0, 'h', 'i', 'x', 'x')
	return b
}

// sum is the checksum of an IPv4 packet with its pseudo header left out but for the addresses.
func sum(b []byte) (s uint32) {
	for i := 0; i+1 < len(b); i += 2 {
		s += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	return s
}

func TestParse(t *testing.T) {
	b := sample()
	want := packet{protocol: tcp, from: 4000, to: 443, flags: syn, seq: 7, payload: 2}
	if p, ok := parse(b); !ok || p != want {
		t.Errorf("%+v %v, want %+v", p, ok, want)
	}
	before := sum(b)
	if mirror(b); sum(b) != before || !bytes.Equal(b[12:20], []byte{10, 77, 0, 1, 10, 77, 0, 2}) {
		t.Errorf("mirrored: %v, checksum %d of %d", b[12:20], sum(b), before)
	}
	for n := range 42 {
		if _, ok := parse(b[:n]); ok {
			t.Errorf("a packet of 42 bytes is read from %d", n)
		}
	}
}

// FuzzParse: whatever comes by, lengths stay within it.
func FuzzParse(f *testing.F) {
	f.Add(sample())
	short := sample()
	short[32] = 0 // a TCP header of no length
	f.Add(short)
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, ok := parse(b); ok && (p.payload < 0 || p.payload > len(b)-28 || p.protocol == tcp && p.payload > len(b)-40) {
			t.Errorf("%+v of %d bytes", p, len(b))
		}
	})
}
