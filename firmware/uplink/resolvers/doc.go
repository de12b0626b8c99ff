// Package resolvers finds the DNS servers that the system was given for a network interface: it asks systemd-resolved,
// then NetworkManager, over the system's D-Bus, and reads the files in which either tells them, the nearest to the
// link first.
//
// Guarantees:
//   - An answer is of one origin, never mixed, and says which.
//   - Nothing in it is out of the interface's reach: no server on this machine, which would forward by any link, and
//     no link-local one of another interface. There are at most eight, each once, each with a port.
//   - A daemon that is missing, hangs, floods or lies costs one second and some memory, never more, and nothing is
//     started by asking.
package resolvers
