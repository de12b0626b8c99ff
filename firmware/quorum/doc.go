// Package quorum turns the votes of a fleet into decisions and incidents.
//
// Votes are counted by independence: distinct devices, sites and networks, where uplinks that share a network
// label or a shared_risk tag are one network. A confirmed outage latches until its witnesses saw it recover, or
// an operator closes it; losing voters never ends it.
//
// It is pure: it never reads a clock and never does I/O. It owns independence, scope and incident.
package quorum
