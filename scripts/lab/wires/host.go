package wires

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Redirect leads TCP and UDP that come in at a node's interface for a port, whatever the address, to a port of the
// node's own. Connections that exist are left alone.
func (n *Net) Redirect(ctx context.Context, node, iface string, port, to uint16) (Undo, error) {
	return n.rules(ctx, node, "ip", "nat hook prerouting priority dstnat",
		fmt.Sprintf("iifname %q meta l4proto { tcp, udp } th dport %d redirect to :%d", iface, port, to))
}

// Reject makes a node refuse TCP to ports of its own with a reset, and end the connections that there are.
func (n *Net) Reject(ctx context.Context, node string, ports ...uint16) (Undo, error) {
	return n.rules(ctx, node, "inet", "filter hook input priority filter", fmt.Sprintf("tcp dport { %s } reject with tcp reset", list(ports)))
}

// Deafen makes a node ignore whatever is sent to ports of its own.
func (n *Net) Deafen(ctx context.Context, node string, ports ...uint16) (Undo, error) {
	return n.rules(ctx, node, "inet", "filter hook input priority filter",
		fmt.Sprintf("iifname != \"lo\" meta l4proto { tcp, udp } th dport { %s } drop", list(ports)))
}

func list(ports []uint16) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(ports)), ", "), "[]")
}

// rules gives a node a rule in a table of its own.
func (n *Net) rules(ctx context.Context, node, family, chain, rule string) (Undo, error) {
	table := fmt.Sprintf("lab_%d", n.last.Add(1))
	text := fmt.Sprintf("table %s %s {\nchain c {\ntype %s\n%s\n}\n}\n", family, table, chain, rule)
	if err := n.batch(ctx, node, "nft", text); err != nil {
		return nil, fmt.Errorf("node %s: %w", node, err)
	}
	return func(ctx context.Context) error {
		return n.batch(ctx, node, "nft", fmt.Sprintf("delete table %s %s\n", family, table))
	}, nil
}

// Readdress gives end A of a link another IPv4 address, in place of its first, and its routes again.
func (n *Net) Readdress(ctx context.Context, link string, to netip.Prefix) (Undo, error) {
	l, err := n.link(link)
	if err != nil {
		return nil, err
	}
	if len(l.A.Addrs) == 0 {
		return nil, fmt.Errorf("link %s: end A has no address", link)
	}
	change := func(ctx context.Context, from, to netip.Prefix) error {
		text := fmt.Sprintf("addr del %v dev %s\naddr add %v dev %s\n", from, l.A.Iface, to, l.A.Iface)
		return errors.Join(n.batch(ctx, l.A.Node, "ip", text), n.reroute(ctx, l.A))
	}
	if err := change(ctx, l.A.Addrs[0], to); err != nil {
		return nil, fmt.Errorf("link %s: %w", link, err)
	}
	return func(ctx context.Context) error { return change(ctx, to, l.A.Addrs[0]) }, nil
}
