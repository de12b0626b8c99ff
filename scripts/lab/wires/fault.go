package wires

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Undo takes a fault back. It may be called once.
type Undo func(context.Context) error

// Way is a direction on a link.
type Way string

// The ways, seen from end A.
const (
	Both Way = "both"
	Out  Way = "out" // from A to B
	In   Way = "in"  // from B to A
)

// paths returns the end that sends and the one that receives, per direction.
func (w Way) paths(l Link) [][2]End {
	switch w {
	case Out:
		return [][2]End{{l.A, l.B}}
	case In:
		return [][2]End{{l.B, l.A}}
	}
	return [][2]End{{l.A, l.B}, {l.B, l.A}}
}

// each does something per direction, all or nothing.
func (n *Net) each(ctx context.Context, link string, w Way, do func(from, to End) (Undo, error)) (Undo, error) {
	l, err := n.link(link)
	if err != nil {
		return nil, err
	}
	var done []Undo
	undo := func(ctx context.Context) error {
		var errs []error
		for _, u := range done {
			errs = append(errs, u(ctx))
		}
		return errors.Join(errs...)
	}
	for _, p := range w.paths(l) {
		u, err := do(p[0], p[1])
		if err != nil {
			return nil, errors.Join(fmt.Errorf("link %s: %w", link, err), undo(ctx))
		}
		done = append(done, u)
	}
	return undo, nil
}

// Loss says which frames are lost: those to which everything that is set applies.
type Loss struct {
	Share   float64        // the part of them, above 0 to 1
	Longer  int            // packets longer than this, in bytes from the IP header on; 0: any
	Family  int            // 4 or 6: IPv4 or IPv6 alone; 0: any, ARP included
	Address []netip.Prefix // packets from or to these; none: any
}

// rules is the body of a chain that drops what l says.
func (l Loss) rules() string {
	var b strings.Builder
	rest := ""
	if l.Family > 0 {
		rest += fmt.Sprintf("meta protocol ip%s ", map[int]string{6: "6"}[l.Family])
	}
	if l.Longer > 0 {
		rest += fmt.Sprintf("meta length > %d ", l.Longer)
	}
	if l.Share < 1 {
		rest += fmt.Sprintf("numgen random mod 10000 < %d ", int(l.Share*10000))
	}
	rest += "counter drop\n"
	if len(l.Address) == 0 {
		b.WriteString(rest)
	}
	for _, a := range l.Address {
		ip := "ip"
		if a.Addr().Is6() {
			ip = "ip6"
		}
		fmt.Fprintf(&b, "%s saddr %v %s%s daddr %v %s", ip, a, rest, ip, a, rest)
	}
	return b.String()
}

// Lose loses frames on a link, silently.
func (n *Net) Lose(ctx context.Context, link string, w Way, l Loss) (Undo, error) {
	if l.Share <= 0 || l.Share > 1 {
		return nil, fmt.Errorf("link %s: a loss of %v is not above 0 and at most 1", link, l.Share)
	}
	return n.each(ctx, link, w, func(_, to End) (Undo, error) { return n.screen(ctx, to, l.rules()) })
}

// screen puts rules before everything else that happens to frames that arrive at an end.
func (n *Net) screen(ctx context.Context, at End, rules string) (Undo, error) {
	table := fmt.Sprintf("lab_%d", n.last.Add(1))
	text := fmt.Sprintf("table netdev %s {\nchain in {\ntype filter hook ingress device %q priority 0\n%s}\n}\n", table, at.Iface, rules)
	if err := n.batch(ctx, at.Node, "nft", text); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		return n.batch(ctx, at.Node, "nft", fmt.Sprintf("delete table netdev %s\n", table))
	}, nil
}

// Down takes a link's carrier away at both ends, as pulling the cable does.
func (n *Net) Down(ctx context.Context, link string) (Undo, error) {
	l, err := n.link(link)
	if err != nil {
		return nil, err
	}
	set := func(ctx context.Context, how string) error {
		return n.batch(ctx, l.B.Node, "ip", fmt.Sprintf("link set dev %s %s\n", l.B.Iface, how))
	}
	return func(ctx context.Context) error {
		return errors.Join(set(ctx, "up"), n.reroute(ctx, l.A), n.reroute(ctx, l.B))
	}, set(ctx, "down")
}

// reroute gives an end's node the routes again that the kernel forgot while the end was down.
func (n *Net) reroute(ctx context.Context, e End) error {
	node, err := n.node(e.Node)
	if err != nil {
		return err
	}
	var lost []Route
	for _, r := range node.Routes {
		if r.Iface == e.Iface {
			lost = append(lost, r)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	return n.batch(ctx, e.Node, "ip", routes(lost))
}

// Rate bounds what a link carries, in bits a second; what waits longer than 300 ms is lost. A link has one rate per
// direction: the newest.
func (n *Net) Rate(ctx context.Context, link string, w Way, bits int64) (Undo, error) {
	if bits < 1000 {
		return nil, fmt.Errorf("link %s: a rate of %d bit/s is below 1000", link, bits)
	}
	burst := max(3000, bits/8/100) // a frame, or 10 ms
	return n.each(ctx, link, w, func(from, _ End) (Undo, error) {
		text := fmt.Sprintf("qdisc replace dev %s root tbf rate %dbit burst %d latency 300ms\n", from.Iface, bits, burst)
		return func(ctx context.Context) error {
			return n.batch(ctx, from.Node, "tc", fmt.Sprintf("qdisc del dev %s root\n", from.Iface))
		}, n.batch(ctx, from.Node, "tc", text)
	})
}
