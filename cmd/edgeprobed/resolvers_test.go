package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgeprobe.io/firmware/uplink/resolvers/bustest"
)

// TestDaemonsAreAsked: the daemon asks systemd-resolved for an uplink's resolvers, and says when it no longer can.
func TestDaemonsAreAsked(t *testing.T) {
	bus := bustest.Start(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.Address)
	resolved := bus.Resolved()
	resolved.Tell(bustest.Link(1, bustest.Servers("192.0.2.1")...))
	d := &device{t: t, id: "office", dir: t.TempDir(), tmp: t.TempDir()}
	put(t, filepath.Join(d.dir, "edgeprobe.yaml"), "device: office\nfleet: [{id: office, site: berlin, region: eu, uplinks: [{name: eth0, network: dsl}]}]\n"+
		"uplinks: [{name: eth0, interface: lo, resolvers: auto}]\nstore: {dir: store}\nstatuspage: {listen: \"127.0.0.1:0\"}\n"+
		"services: [{name: shop, checks: [{name: name, kind: dns, query: shop.example}]}]\n"+
		"controls: [{name: one, kind: tcp, target: \"127.0.0.1:9\"}]\n")
	d.start()
	eventually(t, "systemd-resolved was asked", func() bool { return resolved.Asked() > 0 })
	bus.End()
	const says = "the resolvers of an uplink are those of the system's files"
	eventually(t, "the daemon says that nobody answers", func() bool {
		text, err := os.ReadFile(d.log)
		return err == nil && strings.Contains(string(text), says) && strings.Contains(string(text), "uplink=eth0")
	})
	d.stop()
}
