package uplink

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

func BenchmarkRouteTo(b *testing.B) {
	for b.Loop() {
		if _, err := routeTo("lo", netip.Addr{}, netip.AddrFrom4([4]byte{127, 0, 0, 1})); err != nil {
			b.Fatal(err)
		}
	}
}

// routeMessage is an answer of the kernel with these attributes.
func routeMessage(kind uint16, body []byte) []byte {
	m := binary.NativeEndian.AppendUint32(nil, uint32(unix.NLMSG_HDRLEN+len(body)))
	m = binary.NativeEndian.AppendUint16(m, kind)
	return append(append(m, make([]byte, 10)...), body...)
}

func TestParseRoute(t *testing.T) {
	body := []byte{unix.AF_INET, 0, 0, 0, 254, 0, 0, 0, 0, 0, 0, 0}
	body = appendAttr(body, unix.RTA_GATEWAY, []byte{192, 0, 2, 254})
	body = appendAttr(body, unix.RTA_PRIORITY, binary.NativeEndian.AppendUint32(nil, 700))
	body = appendAttr(body, unix.RTA_TABLE, binary.NativeEndian.AppendUint32(nil, 1000))
	whole := routeMessage(unix.RTM_NEWROUTE, body)
	want := Route{netip.AddrFrom4([4]byte{192, 0, 2, 254}), 700, 1000}
	if r, err := parseRoute(whole); err != nil || r != want {
		t.Errorf("%+v, %v, want %+v", r, err, want)
	}
	code := int32(-int(unix.EHOSTUNREACH))
	if _, err := parseRoute(routeMessage(unix.NLMSG_ERROR, binary.NativeEndian.AppendUint32(nil, uint32(code)))); !errors.Is(err, unix.EHOSTUNREACH) {
		t.Errorf("%v, want EHOSTUNREACH", err)
	}
	for n := range unix.NLMSG_HDRLEN + unix.SizeofRtMsg {
		if r, err := parseRoute(whole[:n]); err == nil {
			t.Errorf("the first %d bytes are read as %+v", n, r)
		}
	}
}

func TestRouteOfNoInterface(t *testing.T) {
	if _, err := routeTo("nosuch0", netip.Addr{}, anywhere()[0]); !errors.Is(err, unix.ENODEV) {
		t.Errorf("%v, want ENODEV", err)
	}
	if _, err := routeTo("much-too-long-name", netip.Addr{}, anywhere()[0]); err == nil {
		t.Error("a name too long for the kernel has a route")
	}
}

func FuzzParseRoute(f *testing.F) {
	f.Add(routeMessage(unix.RTM_NEWROUTE, appendAttr(make([]byte, 12), unix.RTA_GATEWAY, make([]byte, 16))))
	f.Add(routeMessage(unix.NLMSG_ERROR, []byte{0x9b, 0xff, 0xff, 0xff}))
	f.Fuzz(func(t *testing.T, m []byte) {
		r, err := parseRoute(m)
		if err != nil && r != (Route{}) {
			t.Errorf("%+v beside %v", r, err)
		}
	})
}
