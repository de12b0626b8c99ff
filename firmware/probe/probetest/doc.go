// Package probetest is one table of what servers do to those who ask them, each a real listener or server, and what
// a prober is to make of it; and the kit that such servers are made of. Only tests import it. README.md lists the
// table, one file holds one group of it.
//
// The table is read by the prober's own tests, and a second time, as a black box, by those of `edgeprobe check --json`.
//
// Guarantees:
//   - Rows are independent: each starts its own servers, on loopback, and they are gone when its test ends.
//   - A server gives up silently when its peer goes: what it could not say is no fault of the test.
//   - Every check of the table can be written as a config.
package probetest
