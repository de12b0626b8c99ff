// Package schedule says what is due next and where.
//
// A plan holds one job per check and uplink. Jobs of one uplink run in small slots on a common tick: few wake-ups
// (a tick costs more than a probe), yet no burst in which probes disturb each other's timing. Devices of a fleet
// have different phases. One run of a job is in flight at most; a run that could not start is handed out as
// missed, so that nothing is silently absent.
//
// It is pure: it never reads a clock and never does I/O. The caller says what time it is, and when a run ended.
package schedule
