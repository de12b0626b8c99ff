// Package wires lays networks out of the kernel's own parts: nodes (named network namespaces), links between them
// (veth pairs), addresses, routes and address translation; and it does to a link what happens to links.
//
// It works inside a sandbox alone (package sandbox): nothing is taken back but faults. The same names are seen by
// `ip netns` there. A link's two ends are called A and B, B being the one nearer to the middle of the Internet.
//
// Faults stand beside each other: each has its own table or queue, and each returns what takes it back. A frame is
// touched where it arrives, below ARP, IPv4 and IPv6 alike, so that no end can tell a dead link from a quiet one.
// Segmentation and checksum offload are off on every link: what the faults count is what a real wire would carry.
package wires
