package main

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

// What --timeout and --expect-status may be, as in a config.
const (
	leastTimeout, mostTimeout = 50 * time.Millisecond, time.Minute
	leastStatus, mostStatus   = 200, 599
)

// inRange holds numbers against their bounds, and the interface against those that this machine has.
func (f checkFlags) inRange() error {
	if f.timeout < leastTimeout || f.timeout > mostTimeout {
		return fmt.Errorf("--timeout %v is out of range: choose from %v to %v", f.timeout, leastTimeout, mostTimeout)
	}
	for _, code := range f.status {
		if code < leastStatus || code > mostStatus {
			return fmt.Errorf("--expect-status %d is out of range: choose from %d to %d", code, leastStatus, mostStatus)
		}
	}
	if f.uplink == "" {
		return nil
	}
	all, err := net.Interfaces()
	if err != nil {
		return fmt.Errorf("list interfaces: %w", err)
	}
	name := func(i net.Interface) string { return i.Name }
	if !slices.ContainsFunc(all, func(i net.Interface) bool { return i.Name == f.uplink }) {
		return fmt.Errorf("--uplink %q is no interface of this machine: it has %s", f.uplink, list(all, name))
	}
	return nil
}

// sourceAddr reads --source; empty leaves it to the kernel.
func (f checkFlags) sourceAddr() (netip.Addr, error) {
	if f.source == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(f.source)
	if err != nil {
		return a, fmt.Errorf("--source %q is not an IP address", f.source)
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return a, fmt.Errorf("list addresses: %w", err)
	}
	holds := func(n net.Addr) bool {
		p, err := netip.ParsePrefix(n.String())
		return err == nil && (p.Addr() == a.Unmap().WithZone("") || p.Addr().IsLoopback() && p.Contains(a.Unmap())) // all of 127.0.0.0/8 is there
	}
	if !slices.ContainsFunc(all, holds) {
		return a, fmt.Errorf("--source %s is no address of this machine: it has %s", a, list(all, net.Addr.String))
	}
	return a, nil
}
