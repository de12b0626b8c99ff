// Command edgeprobe is the command line beside the daemon: it looks once (check), reads a running daemon's page (status,
// watch), prepares configs and fleets (config, fleet) and shows the whole thing without hardware (demo).
//
// It never opens a live database. Every command that prints data prints JSON with --json. The exit code is 0 when
// all is well, 1 when what was looked at is not, and 2 when nothing could be looked at.
package main
