// Package uplink is one way out of this device: sockets bound to it, what the kernel says of it, and what it costs.
//
// Guarantees:
//   - Whatever is dialled or listened through an [Uplink] leaves by its interface and source address, and no name is
//     ever resolved on the way: addresses are IP literals, so nothing leaks to the system's resolver or over another
//     uplink. SO_BINDTODEVICE needs no privilege for the first bind of a socket (Linux 5.7).
//   - A missing route is ENETUNREACH at once, never a question to the neighbours that looks like a silent target.
//   - A change of link, address, route or rule is told within some milliseconds of the kernel's word, and ends the
//     uplink's [Uplink.Life]: what is under way over it ends, and what is held over it is held no more.
//   - Bytes are counted by the kernel and kept over restarts, boots and interfaces that are plugged in again. Runs that
//     ask before they spend never add up to more than the month's allowance; a power cut may lose a thousandth of it,
//     or ten minutes.
package uplink
