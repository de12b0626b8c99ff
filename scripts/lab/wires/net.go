package wires

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// netns is where namespaces have names, as `ip netns` has it.
const netns = "/run/netns"

// Net is a network that has been laid.
type Net struct {
	plan  Plan
	home  int            // the namespace that we come from, a file
	files map[string]int // of each node's namespace
	last  atomic.Int64   // number of the newest fault
}

// Lay lays the network of a plan: every node, link, address and route. It must not be called twice in a sandbox.
func Lay(ctx context.Context, p Plan) (*Net, error) {
	n := &Net{plan: p, files: map[string]int{}}
	if err := n.lay(ctx); err != nil {
		return nil, fmt.Errorf("lay the network: %w", err)
	}
	return n, nil
}

func (n *Net) lay(ctx context.Context) (err error) {
	if n.home, err = unix.Open("/proc/self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
		return err
	}
	for _, node := range n.plan.Nodes {
		if n.files[node.Name], err = n.found(node.Name); err != nil {
			return fmt.Errorf("node %s: %w", node.Name, err)
		}
	}
	if err := n.batch(ctx, "", "ip", n.plan.cables()); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for _, node := range n.plan.Nodes {
		g.Go(func() error { return n.furnish(ctx, node) })
	}
	return g.Wait()
}

// found makes a namespace and gives it its name.
func (n *Net) found(name string) (file int, err error) {
	path := filepath.Join(netns, name)
	if err := os.WriteFile(path, nil, 0o444); err != nil {
		return 0, err
	}
	err = n.visit(func() error { return unix.Unshare(unix.CLONE_NEWNET) }, func() error {
		return unix.Mount("/proc/thread-self/ns/net", path, "", unix.MS_BIND, "")
	})
	if err != nil {
		return 0, err
	}
	return unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
}

func (n *Net) furnish(ctx context.Context, node Node) error {
	err := n.In(node.Name, func() error {
		if err := switches(node); err != nil {
			return err
		}
		for _, e := range n.plan.ends(node.Name) {
			if err := plain(e.Iface); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = n.batch(ctx, node.Name, "ip", n.plan.furnish(node))
	}
	if err == nil && node.NAT != "" {
		err = n.batch(ctx, node.Name, "nft", masquerade(node.NAT))
	}
	if err != nil {
		return fmt.Errorf("node %s: %w", node.Name, err)
	}
	return nil
}

// switches sets what the kernel keeps per namespace, for the thread's own.
func switches(node Node) error {
	set := map[string]string{
		"ipv4/ping_group_range":       "0 2147483647", // ICMP without privilege
		"ipv4/conf/all/rp_filter":     "0",
		"ipv4/conf/default/rp_filter": "0",
		// A network manager takes the routes away when the carrier goes.
		"ipv4/conf/all/ignore_routes_with_linkdown": "1",
		"ipv6/conf/all/keep_addr_on_down":           "1",
		"ipv6/conf/default/accept_dad":              "0",
		"ipv6/conf/default/router_solicitations":    "0",
	}
	if node.Forward {
		set["ipv4/ip_forward"], set["ipv6/conf/all/forwarding"] = "1", "1"
	}
	for name, value := range set {
		if err := os.WriteFile("/proc/sys/net/"+name, []byte(value), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// link returns a link by its name.
func (n *Net) link(name string) (Link, error) {
	i := slices.IndexFunc(n.plan.Links, func(l Link) bool { return l.Name == name })
	if i < 0 {
		return Link{}, fmt.Errorf("there is no link %q", name)
	}
	return n.plan.Links[i], nil
}

// node returns a node by its name.
func (n *Net) node(name string) (Node, error) {
	i := slices.IndexFunc(n.plan.Nodes, func(o Node) bool { return o.Name == name })
	if i < 0 {
		return Node{}, fmt.Errorf("there is no node %q", name)
	}
	return n.plan.Nodes[i], nil
}

// Plan returns what was laid.
func (n *Net) Plan() Plan { return n.plan }
