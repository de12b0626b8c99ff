package world

import (
	"fmt"
	"net/netip"
	"slices"

	"edgeprobe.io/scripts/lab/wires"
)

// The nodes that every world has, apart from devices, ISPs and edges ("edge-us").
const (
	backbone = "backbone"
	origin   = "origin"
	names    = "names"    // the provider's authoritative name server
	registry = "registry" // the root of all names, and the names of everybody but the provider
	broker   = "broker"   // the first of its cluster, where there is one
	wrong    = "wrong"    // the negative control: a host with another's certificate
	customer = "customer"
)

// controlNodes are the positive controls, each in a network of its own.
func controlNodes() []string { return []string{"control-a", "control-b", "control-c"} }

// clusterNodes are those of a broker that is a cluster.
func clusterNodes() []string { return []string{broker, "broker-b", "broker-c"} }

// parts are the names that no device and no ISP may have.
func parts() []string {
	return slices.Concat([]string{backbone, origin, names, registry, wrong, customer}, clusterNodes(), controlNodes())
}

// EdgeNode is the node of a region's edge.
func EdgeNode(region string) string { return "edge-" + region }

// address is where a node is.
type address struct{ v4, v6 netip.Addr }

// atlas says where everything is.
type atlas struct {
	leaf map[string]address // every node with a link of its own to the backbone
	hub  address            // the backbone, at every one of its links
	dev  map[[2]string]link // by device and uplink
}

// link is the network between a device and its ISP.
type link struct {
	device, gateway address
	net4, net6      netip.Prefix
	inside          string // the ISP's interface
}

// chart gives everything its address: the provider in 198.51.100.0/24, ISPs in 192.0.2.0/24, the rest of the world
// in 203.0.113.0/24 and below 2001:db8::/32, what is behind the ISPs in 198.18.0.0/15.
func chart(t Topology) atlas {
	a := atlas{leaf: map[string]address{}, dev: map[[2]string]link{}}
	n := 0
	at := func(node, v4 string, last int) {
		n++
		a.leaf[node] = address{netip.MustParseAddr(fmt.Sprintf("%s.%d", v4, last)), netip.MustParseAddr(fmt.Sprintf("2001:db8:f::%x", n))}
	}
	const provider, isps, outside = "198.51.100", "192.0.2", "203.0.113"
	at(origin, provider, 10)
	at(names, provider, 53)
	for i, r := range t.Regions() {
		at(EdgeNode(r), provider, 100+i)
	}
	for i, isp := range t.Networks() {
		at(isp, isps, 10+i)
	}
	for i, b := range t.Brokers() {
		at(b, outside, 10+i)
	}
	for i, c := range controlNodes() {
		at(c, outside, 21+i)
	}
	at(wrong, outside, 29)
	at(customer, outside, 40)
	at(registry, outside, 53)
	a.hub = address{netip.MustParseAddr(outside + ".254"), netip.MustParseAddr("2001:db8:f::fffe")}
	i := 0
	for _, d := range t.Devices {
		for _, u := range d.Uplinks {
			a.dev[[2]string{d.ID, u.Name}] = inner(i)
			i++
		}
	}
	return a
}

// inner is the ith network between a device and its ISP.
func inner(i int) link {
	four := func(host int) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("198.18.%d.%d", i, host)) }
	six := func(host int) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("2001:db8:a:%x::%x", i, host)) }
	return link{
		device: address{four(2), six(2)}, gateway: address{four(1), six(1)},
		net4: netip.PrefixFrom(four(0), 24), net6: netip.PrefixFrom(six(0), 64), inside: fmt.Sprintf("in%d", i),
	}
}

func host(a address) []netip.Prefix {
	return []netip.Prefix{netip.PrefixFrom(a.v4, 32), netip.PrefixFrom(a.v6, 128)}
}

func within(a address, l link) []netip.Prefix {
	return []netip.Prefix{netip.PrefixFrom(a.v4, l.net4.Bits()), netip.PrefixFrom(a.v6, l.net6.Bits())}
}

// UplinkLink is the name of the link between a device and its ISP; A is the device.
func UplinkLink(device, uplink string) string { return device + "/" + uplink }

// TrunkLink is the name of the link between a node and the backbone; A is the node.
func TrunkLink(node string) string { return node + "/up0" }

// plan is the network of a topology.
func plan(t Topology, a atlas) wires.Plan {
	p := wires.Plan{}
	hub := wires.Node{Name: backbone, Forward: true}
	leaves := slices.Concat([]string{origin, names, wrong, customer, registry}, t.Brokers(), controlNodes())
	for _, r := range t.Regions() {
		leaves = append(leaves, EdgeNode(r))
	}
	isp := map[string]bool{}
	for _, name := range t.Networks() {
		leaves, isp[name] = append(leaves, name), true
	}
	for i, name := range leaves {
		here := a.leaf[name]
		port := fmt.Sprintf("to%d", i)
		node := wires.Node{Name: name, Routes: ways("up0", a.hub, 0)}
		if isp[name] {
			node.Forward, node.NAT = true, "up0"
		}
		p.Nodes = append(p.Nodes, node)
		p.Links = append(p.Links, wires.Link{
			Name: TrunkLink(name), A: wires.End{Node: name, Iface: "up0", Addrs: host(here)}, B: wires.End{Node: backbone, Iface: port, Addrs: host(a.hub)},
		})
		for _, to := range host(here) {
			hub.Routes = append(hub.Routes, wires.Route{To: to, Iface: port})
		}
		for _, l := range behind(t, a, name) {
			hub.Routes = append(hub.Routes, wires.Route{To: l.net6, Via: here.v6, Iface: port})
		}
	}
	for _, d := range t.Devices {
		connect(&p, d, a)
	}
	p.Nodes = append(p.Nodes, hub)
	return p
}

// connect adds a device and its links to its ISPs; the first uplink is the system's own choice.
func connect(p *wires.Plan, d Device, a atlas) {
	node := wires.Node{Name: d.ID}
	for i, u := range d.Uplinks {
		l := a.dev[[2]string{d.ID, u.Name}]
		node.Routes = append(node.Routes, ways(u.Name, l.gateway, 100*(i+1))...)
		p.Links = append(p.Links, wires.Link{
			Name: UplinkLink(d.ID, u.Name), A: wires.End{Node: d.ID, Iface: u.Name, Addrs: within(l.device, l)},
			B: wires.End{Node: u.Network, Iface: l.inside, Addrs: within(l.gateway, l)},
		})
	}
	p.Nodes = append(p.Nodes, node)
}

// ways are the default routes over a gateway.
func ways(iface string, gateway address, metric int) []wires.Route {
	return []wires.Route{{Via: gateway.v4, Iface: iface, Metric: metric}, {Via: gateway.v6, Iface: iface, Metric: metric}}
}

// behind returns the networks of an ISP's customers.
func behind(t Topology, a atlas, network string) (all []link) {
	for _, d := range t.Devices {
		for _, u := range d.Uplinks {
			if u.Network == network {
				all = append(all, a.dev[[2]string{d.ID, u.Name}])
			}
		}
	}
	return all
}
