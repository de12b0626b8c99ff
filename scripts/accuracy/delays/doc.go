// Package delays finds out how exactly a run's phases are measured, against delays that were really there.
//
// The device is the product's own: its probers over its real uplinks, run by its loop and its schedule. Between it and
// a server of TLS 1.3 and DNS stands a network device in user space (a TUN in a network namespace of its own), through
// which every packet passes. It holds back, each by a time drawn anew for every run, the answer to the DNS question
// (resolve), the SYN-ACK (connect), the server's whole flight of the handshake (tls), the first packet of the answer
// (wait) and all that follow (transfer); every other packet passes at once. So exactly five delays are injected in a
// run, and each belongs to exactly one phase.
//
// Timers are late, too. What counts as injected is therefore not what was wanted but what the same place saw by its own
// monotonic clock: from the moment the packet that asks came by to the moment the packet that answers was let go. What
// is measured begins earlier and ends later: the error, what is measured less what was injected, is the time that the
// kernel, the Go runtime, the handshake's own arithmetic and the prober add on both sides. Only transfer begins with an
// answer, so that being late for it makes it shorter.
package delays
