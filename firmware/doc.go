// Package firmware holds edgeprobe's words as values: sites, devices, uplinks, checks, results, votes and
// decisions.
//
// It does no I/O, reads no clock, starts nothing and imports nothing of ours, so every other package may
// speak it. Values are immutable by convention: whoever receives one may keep it.
//
// Time is a [Stamp], the boot and the time since that boot; wall time is derived on reading by package
// clock. Durations that travel on the card or on the wire are whole microseconds.
package firmware
