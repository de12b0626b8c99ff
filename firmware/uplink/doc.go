// Package uplink is one way out of this device: sockets bound to it, and what the kernel says of it.
//
// It guarantees that whatever is dialled or listened through an [Uplink] leaves by its interface and source
// address, and that no name is ever resolved here: addresses are IP literals, so nothing leaks to the system's
// resolver or over another uplink. SO_BINDTODEVICE needs no privilege for the first bind of a socket (Linux 5.7).
package uplink
