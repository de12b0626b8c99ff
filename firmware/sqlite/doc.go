// Package sqlite opens a SQLite file so that a power cut, a worn card or a foreign file never keeps the program
// from starting.
//
// Every connection gets every setting: WAL, synchronous FULL, immediate write transactions, no mmap, a bounded
// log. One connection writes, a few read.
//
// Guarantees:
//   - What Open returns has the asked application id, version and tables and, within the time given for it, has
//     passed quick_check.
//   - What is damaged, foreign or newer is moved aside with its log, as one, never deleted at once and never
//     opened; a new file takes its place and the [Report] says why.
//   - A transaction that [DB.Write] returned nil for survives a power cut.
//
// Write transactions take no context: interrupting one could split it (mattn/go-sqlite3 issue 769).
package sqlite
