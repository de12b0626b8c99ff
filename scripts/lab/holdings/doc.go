// Package holdings reads what a device's store holds after a run of the lab, for the judge: its transitions, its
// results with what was configured when they were made, and whether replaying the journal gives the transitions.
//
// Each store is read from a copy, so that reading changes nothing and works on what a dead device left behind.
package holdings
