package wires

import (
	"fmt"
	"net/netip"
	"strings"
)

// Plan is a network to be laid.
type Plan struct {
	Nodes []Node
	Links []Link
}

// Node is a host or a router.
type Node struct {
	Name    string
	Forward bool           // it is a router
	NAT     string         // interface whose outgoing IPv4 traffic gets its address; "": none
	Routes  []Route        //
	Local   []netip.Prefix // further addresses, on loopback
}

// Route is where a node sends what is meant for To.
type Route struct {
	To     netip.Prefix // the zero value: everything, of Via's family
	Via    netip.Addr   // invalid: To is on the link itself
	Iface  string
	Metric int // 0: the kernel's choice; the least wins
}

// Link is a cable between two nodes.
type Link struct {
	Name string
	A, B End
}

// End is one end of a link.
type End struct {
	Node, Iface string
	Addrs       []netip.Prefix
}

// ends returns the ends of all links at a node.
func (p Plan) ends(node string) (all []End) {
	for _, l := range p.Links {
		for _, e := range []End{l.A, l.B} {
			if e.Node == node {
				all = append(all, e)
			}
		}
	}
	return all
}

// cables is a batch for ip that makes every link; it runs in any namespace.
func (p Plan) cables() string {
	var b strings.Builder
	for _, l := range p.Links {
		fmt.Fprintf(&b, "link add name %s netns %s type veth peer name %s netns %s\n", l.A.Iface, l.A.Node, l.B.Iface, l.B.Node)
	}
	return b.String()
}

// furnish is a batch for ip that gives a node its addresses and routes; it runs there.
func (p Plan) furnish(n Node) string {
	var b strings.Builder
	b.WriteString("link set dev lo up\n")
	for _, a := range n.Local {
		fmt.Fprintf(&b, "addr add %v dev lo\n", a)
	}
	for _, e := range p.ends(n.Name) {
		for _, a := range e.Addrs {
			nodad := ""
			if a.Addr().Is6() {
				nodad = " nodad"
			}
			fmt.Fprintf(&b, "addr add %v dev %s%s\n", a, e.Iface, nodad)
		}
		fmt.Fprintf(&b, "link set dev %s up\n", e.Iface)
	}
	b.WriteString(routes(n.Routes))
	return b.String()
}

// routes is a batch for ip; it may run again.
func routes(all []Route) string {
	var b strings.Builder
	for _, r := range all {
		to := "default"
		if r.To.IsValid() {
			to = r.To.String()
		}
		fmt.Fprintf(&b, "route replace %s", to)
		if r.Via.IsValid() {
			fmt.Fprintf(&b, " via %v", r.Via)
		}
		fmt.Fprintf(&b, " dev %s", r.Iface)
		if r.Via.IsValid() {
			b.WriteString(" onlink")
		}
		if r.Metric > 0 {
			fmt.Fprintf(&b, " metric %d", r.Metric)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// masquerade is a ruleset for a node that hides what is behind it.
func masquerade(out string) string {
	return fmt.Sprintf("table ip lab_nat {\nchain post {\ntype nat hook postrouting priority srcnat\noifname %q masquerade\n}\n}\n", out)
}
