package fault

import (
	"context"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/wires"
	"edgeprobe.io/scripts/lab/world"
)

func longerParam() scenario.Param {
	return param("longer", "than so many bytes, 68 to 1500, from the IP header on; 1000 by default")
}

func wireDeeds() []deed {
	of := need("of", "the uplinks, like berlin/eth0, or a device for all of its")
	way := param("way", "which way, seen from the device; both by default", "both", "in", "out")
	wire := func(name, about string, do func(context.Context, *wires.Net, string, *args) (Undo, error), more ...scenario.Param) deed {
		return verb(name, about, func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.links(), func(link string) (Undo, error) {
				undo, err := do(ctx, w.Net(), link, a)
				if a.err != nil {
					err = a.err
				}
				return undo, err
			})
		}, append([]scenario.Param{of}, more...)...)
	}
	return []deed{
		wire("link-down", "the cable is pulled: no carrier", func(ctx context.Context, n *wires.Net, link string, _ *args) (Undo, error) {
			return n.Down(ctx, link)
		}),
		wire("link-dead", "the carrier is up, but nothing arrives", func(ctx context.Context, n *wires.Net, link string, a *args) (Undo, error) {
			return n.Lose(ctx, link, a.way(), wires.Loss{Share: 1})
		}, way),
		wire("loss", "a part of what is sent is lost", func(ctx context.Context, n *wires.Net, link string, a *args) (Undo, error) {
			return n.Lose(ctx, link, a.way(), wires.Loss{Share: float64(a.number("percent", 30, 1, 100)) / 100})
		}, param("percent", "how much, 1 to 100; 30 by default"), way),
		wire("delay", "what is sent arrives later", func(ctx context.Context, n *wires.Net, link string, a *args) (Undo, error) {
			return n.Delay(ctx, link, a.way(), a.duration("by", 300*time.Millisecond, 0, 30*time.Second), a.duration("jitter", 0, 0, 30*time.Second))
		}, param("by", "how much later, to 30s; 300ms by default"), param("jitter", "and up to how much more, each packet on its own, so that they overtake; 0s by default"), way),
		wire("rate", "the line carries less; one rate per uplink at a time", func(ctx context.Context, n *wires.Net, link string, a *args) (Undo, error) {
			return n.Rate(ctx, link, a.way(), 1000*int64(a.number("kbit", 64, 1, 1000000)))
		}, param("kbit", "how much, in kbit/s from 1; 64 by default"), way),
		wire("mtu-blackhole", "packets above a length are lost without a word", func(ctx context.Context, n *wires.Net, link string, a *args) (Undo, error) {
			return n.Lose(ctx, link, a.way(), wires.Loss{Share: 1, Longer: a.number("longer", 1000, 68, 1500)})
		}, longerParam(), way),
		wire("ipv6-broken", "IPv6 is lost, IPv4 is not", func(ctx context.Context, n *wires.Net, link string, _ *args) (Undo, error) {
			return n.Lose(ctx, link, wires.Both, wires.Loss{Share: 1, Family: 6})
		}),
		verb("address-change", "the device gets another address on an uplink, and keeps it until undone", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.links(), func(link string) (Undo, error) { return w.ChangeAddress(ctx, link) })
		}, of),
		verb("portal", "a captive portal stands before an uplink: http is led to its page, and with tls: yes https to its own certificate", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return portal(ctx, w, a, a.text("tls", "no") == "yes", true, "login.portal.example")
		}, of, param("tls", "https is intercepted too; no by default", "yes", "no")),
		verb("tls-intercepted", "https is taken apart on the way and shown with a certificate that nobody trusts", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return portal(ctx, w, a, true, false, world.Zone, "*."+world.Zone, "*.example.net", "*.example.org", "*.example.com")
		}, of),
	}
}

// portal leads web traffic of uplinks to a server of the ISP that calls itself so.
func portal(ctx context.Context, w *world.World, a *args, secure, plain bool, names ...string) (Undo, error) {
	cert, err := stranger(names...)
	if err != nil {
		return nil, err
	}
	return each(ctx, a, a.links(), func(link string) (Undo, error) { return w.Portal(ctx, link, cert, plain, secure) })
}
