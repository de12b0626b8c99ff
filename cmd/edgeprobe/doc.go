// Command edgeprobe is the command line beside the daemon: it looks once (check), reads a running daemon's page (status,
// watch), prepares configs and fleets (config, fleet) and shows the whole thing without hardware (demo).
//
// It never opens a live database. Every command that prints data prints JSON with --json. The exit code is 1 when
// something could not be done, or what check or demo looked at is not well; else 0.
package main
