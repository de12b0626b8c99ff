package wires

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// In calls f on a thread that is in a node's network: sockets that f opens and processes that it starts belong
// there, and stay there. f must not hand its work to other goroutines.
func (n *Net) In(node string, f func() error) error {
	file, ok := n.files[node]
	if !ok {
		return fmt.Errorf("there is no node %q", node)
	}
	return n.visit(func() error { return unix.Setns(file, unix.CLONE_NEWNET) }, f)
}

// visit calls f between leaving the home network and coming back.
func (n *Net) visit(leave, f func() error) error {
	runtime.LockOSThread()
	if err := leave(); err != nil {
		runtime.UnlockOSThread()
		return err
	}
	err := f()
	if back := unix.Setns(n.home, unix.CLONE_NEWNET); back != nil {
		return fmt.Errorf("come back from a node: %w", back) // the thread stays locked, and ends with its goroutine
	}
	runtime.UnlockOSThread()
	return err
}

// Start starts a command in a node.
func (n *Net) Start(node string, cmd *exec.Cmd) error { return n.In(node, cmd.Start) }

// Listen listens in a node, at "ip:port".
func (n *Net) Listen(ctx context.Context, node, network, address string) (l net.Listener, err error) {
	err = n.In(node, func() error {
		l, err = new(net.ListenConfig).Listen(ctx, network, address)
		return err
	})
	return l, err
}

// ListenPacket listens in a node, at "ip:port".
func (n *Net) ListenPacket(ctx context.Context, node, network, address string) (c net.PacketConn, err error) {
	err = n.In(node, func() error {
		c, err = new(net.ListenConfig).ListenPacket(ctx, network, address)
		return err
	})
	return c, err
}

// Dial connects from a node to "ip:port"; a name is not resolved.
func (n *Net) Dial(ctx context.Context, node, network, address string) (c net.Conn, err error) {
	err = n.In(node, func() error {
		c, err = new(net.Dialer).DialContext(ctx, network, address)
		return err
	})
	return c, err
}

// Output runs a command in a node, or at home for "", and returns what it said; what it was not content with is part
// of the error.
func (n *Net) Output(ctx context.Context, node, stdin, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	start := cmd.Start
	if node != "" {
		start = func() error { return n.Start(node, cmd) }
	}
	err := start()
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}

// batch feeds commands to ip or nft in a node.
func (n *Net) batch(ctx context.Context, node, program, text string) error {
	args := []string{"-b", "-"}
	if program == "nft" {
		args = []string{"-f", "-"}
	}
	_, err := n.Output(ctx, node, text, program, args...)
	return err
}
