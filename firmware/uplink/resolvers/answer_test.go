package resolvers

import (
	"bytes"
	"testing"

	"github.com/godbus/dbus/v5"
)

// FuzzAnswer: whatever bytes a bus sends as an answer, reading it as either daemon's ends well, in servers that can be
// asked or in an error.
func FuzzAnswer(f *testing.F) {
	type server struct {
		Family  int32
		Address []byte
		Port    uint16
		Name    string
	}
	entry := map[string]dbus.Variant{"interface": dbus.MakeVariant("eth0"), "nameservers": dbus.MakeVariant([]string{"192.0.2.1", "fe80::1", "dns+udp://[2001:db8::1]:54#x"})}
	for _, v := range []any{
		[]server{{2, []byte{192, 0, 2, 1}, 0, ""}, {10, bytes.Repeat([]byte{0xfe}, 16), 53, "dns.example"}, {2, []byte{127, 0, 0, 53}, 0, ""}},
		[]server{{2, []byte{1}, 0, ""}}, "192.0.2.1", []map[string]dbus.Variant{entry, {}},
	} {
		f.Add(encode(f, &dbus.Message{
			Type:    dbus.TypeMethodReply,
			Headers: map[dbus.HeaderField]dbus.Variant{dbus.FieldReplySerial: dbus.MakeVariant(uint32(1))},
			Body:    []any{map[string]dbus.Variant{"DNSEx": dbus.MakeVariant(v), "Configuration": dbus.MakeVariant(v)}},
		}))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		m, err := dbus.DecodeMessage(bytes.NewReader(message))
		if err != nil || len(message) > flood {
			return
		}
		all, err := propertiesOf(m.Body)
		if err != nil {
			return
		}
		eth0 := link{"eth0", 7}
		if found, err := parseLink(all, eth0); err == nil {
			reachable(t, found.out)
		}
		if found, err := parseConfiguration(all["Configuration"], eth0); err == nil {
			reachable(t, found.out)
		}
	})
}
