// Package clock tells time in stamps that no step of the wall clock can move, and says how far wall times
// derived from them can be trusted.
//
// It guarantees that stamps of one [Clock] never go backwards, that wall times never lie before the floor given
// to [New], and that reading the time never fails and never blocks. Linux only: CLOCK_BOOTTIME, adjtimex(2).
package clock
