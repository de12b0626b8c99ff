// Package contest runs edgeprobed, a bare loop and the probers of others as processes, against one server in a network of
// their own, and measures each from outside.
//
// Everybody gets the same work: the same 40 targets on one server (TLS 1.3, an ECDSA P-256 leaf, verified in full, an
// answer of 1,024 bytes), each target once a second. They take turns in windows of the same length, in several rounds, so
// that whatever else the machine does falls on all. CPU time is the process's own (user and system, from the kernel's
// clock of it), bytes are those of the IP layer and above that passed the link, both directions, and both are divided by
// the requests that the server has seen, which also counts how the connections came about.
package contest
