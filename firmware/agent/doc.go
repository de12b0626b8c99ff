// Package agent runs a device: one loop folds what happens and hands on what follows, and beside agent/supervise
// this is the only place where goroutines begin.
//
// Guarantees:
//   - The loop never waits for a broker, the card, the panel, the page or a slow target: everything it hands on
//     goes into a bounded queue or replaces what was there.
//   - Lamps are renewed by the loop alone, so a loop that stalls lets them go dark.
//   - Stopping goes in order: measuring and folding end, the feed says goodbye, the panel goes dark, the store
//     commits last.
package agent
