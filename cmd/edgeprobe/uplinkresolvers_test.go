package main

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/uplink/resolvers"
	"edgeprobe.io/firmware/uplink/resolvers/bustest"
)

// TestUplinksSayWhoNamesTheResolvers: the config, a daemon on the system's bus, or a file.
func TestUplinksSayWhoNamesTheResolvers(t *testing.T) {
	bus := bustest.Start(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.Address)
	named := firmware.Uplink{Name: "lan", Interface: "lo", Resolvers: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:53")}}
	auto := firmware.Uplink{Name: "lte", Interface: "lo", AutoResolvers: true}
	for _, step := range []struct {
		do     func()
		uplink firmware.Uplink
		from   resolvers.Origin
		says   string
	}{
		{func() {}, named, resolvers.Config, "192.0.2.1 from the config"},
		{func() { bus.NetworkManager().Tell(bustest.Configuration(bustest.Entry("lo", "192.0.2.2"))) }, auto, resolvers.NetworkManager, "192.0.2.2 from NetworkManager"},
		{func() { bus.Resolved().Tell(bustest.Link(1, bustest.Servers("192.0.2.3", "192.0.2.4:54")...)) }, auto, resolvers.Resolved, "192.0.2.3 192.0.2.4:54 from systemd-resolved"},
	} {
		step.do()
		w, _ := lookAt(t.Context(), step.uplink)
		var out bytes.Buffer
		if err := drawUplinks(drawOn(&out), []wayOut{w}); err != nil || !strings.Contains(out.String(), step.says) {
			t.Errorf("%v, want %q:\n%s", err, step.says, &out)
		}
		b, err := json.Marshal(w)
		if err != nil || !strings.Contains(string(b), `"resolvers_from":"`+string(step.from)+`"`) {
			t.Errorf("%v, want from %q: %s", err, step.from, b)
		}
	}
	bus.End()
	if w, _ := lookAt(t.Context(), auto); w.From == resolvers.Resolved || w.From == resolvers.NetworkManager {
		t.Errorf("without a bus: %v", w)
	}
}

// TestCheckAsksTheInterfacesOwn: over an interface, a name is looked up by the resolvers that the system was given for
// it, unless some are named.
func TestCheckAsksTheInterfacesOwn(t *testing.T) {
	for _, tc := range []struct {
		flags checkFlags
		auto  bool
	}{{checkFlags{uplink: "lo"}, true}, {checkFlags{uplink: "lo", resolvers: []string{"192.0.2.1"}}, false}, {checkFlags{}, false}} {
		tc.flags.timeout = time.Second
		l, err := tc.flags.planURL("https://shop.example/")
		if err != nil || l.uplink.AutoResolvers != tc.auto || (len(l.uplink.Resolvers) == 0) != tc.auto {
			t.Errorf("%+v: %+v, %v", tc.flags, l.uplink, err)
		}
	}
}
