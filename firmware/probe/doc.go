// Package probe takes measurements: one run of one check over one uplink becomes one [firmware.Result].
//
// Every kind of check is one file and one line in the map of kinds; all share one frame, which guarantees that
//
//   - a run ends within its timeout and 50 ms, whatever the server does;
//   - a run holds bounded memory: 64 KiB of header, the check's MaxBytes of body, 2 KiB of each captured value;
//   - a run ends at once when its uplink changes, and says nothing of the target;
//   - every way to end has one outcome of the closed list, found by error types and never by text, and a cause on
//     this device is a local fault, never the target's; so is a certificate's end while nobody knows the time;
//   - neither Detail nor an error of [New] holds what a request carries: no header values, user information or
//     query, and nothing of what a tcp check sends or hears.
//
// Probers neither log nor count nor retry. No name goes through the system's resolver: lookups are DNS queries of
// our own over the uplink, anew in each run, because resolving is part of what customers get.
package probe
