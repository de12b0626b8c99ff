package fault

import (
	"context"
	"net/netip"
	"slices"

	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/wires"
	"edgeprobe.io/scripts/lab/world"
)

// authoritative stands for the provider's own name server where ISPs' resolvers are named.
const authoritative = "authoritative"

func serversParam() scenario.Param {
	return param("of", "the ISPs whose resolver it is, or authoritative for the provider's own server; every ISP by default")
}

func nameDeeds() []deed {
	lie := func(name, about string, l func(*args) world.Lie, more ...scenario.Param) deed {
		return verb(name, about, func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			told := l(a)
			return each(ctx, a, a.servers(), func(server string) (Undo, error) { return w.Lies(ctx, server, told) })
		}, append([]scenario.Param{serversParam()}, more...)...)
	}
	return []deed{
		lie("dns-nxdomain", "the provider's names do not exist", func(*args) world.Lie { return world.Lie{RCode: "NXDOMAIN"} }),
		lie("dns-nodata", "the provider's names have no addresses", func(*args) world.Lie { return world.Lie{RCode: "NOERROR"} }),
		lie("dns-servfail", "the provider's names cannot be resolved: SERVFAIL", func(*args) world.Lie { return world.Lie{RCode: "SERVFAIL"} }),
		lie("dns-refused", "the provider's names are refused", func(*args) world.Lie { return world.Lie{RCode: "REFUSED"} }),
		lie("dns-timeout", "questions for the provider's names are not answered", func(*args) world.Lie { return world.Lie{Silent: true} }),
		lie("dns-hijack", "the provider's names lead to a stranger, who has no certificate of theirs", func(a *args) world.Lie {
			to, err := netip.ParseAddr(a.text("to", a.world.AddressOf("wrong").String()))
			if err != nil {
				a.wrong("to", "%v", err)
			}
			return world.Lie{RCode: "NOERROR", Address: to}
		}, param("to", "the IPv4 address of the stranger; that of a host with another certificate by default")),
		lie("dns-stale", "the provider's names lead to an address that it has left long ago", func(a *args) world.Lie {
			return world.Lie{RCode: "NOERROR", Address: a.world.LeftAddress()}
		}),
		lie("dns-rewrite", "names that do not exist lead to an advertisement instead", func(a *args) world.Lie {
			return world.Lie{Rewrite: a.world.AddressOf("customer")}
		}),
		verb("resolver-dead", "an ISP's resolver answers nothing, whatever is asked", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.networks(), func(isp string) (Undo, error) { return w.Net().Deafen(ctx, isp, 53) })
		}, param("of", "the ISPs; every one by default")),
		verb("dns-dead", "the provider's name server cannot be reached", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return w.Net().Lose(ctx, world.TrunkLink("names"), wires.Both, wires.Loss{Share: 1})
		}),
	}
}

func (a *args) servers() []string {
	known := append(slices.Clone(a.world.Topology.Networks()), authoritative)
	if len(a.with["of"]) == 0 {
		return a.world.Topology.Networks()
	}
	return a.among("of", known)
}
