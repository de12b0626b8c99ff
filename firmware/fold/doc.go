// Package fold decides: Step takes a state and one event and returns the next state and what follows from it.
//
// It composes verdict (results to votes) and quorum (votes to decisions) and owns the words [Event], [Effect],
// [Command] and [View].
//
// Guarantees:
//   - Step is pure: no clock, no I/O, no randomness; the state that went in stays valid and unchanged.
//   - Every tick due before an event is folded first, so folding the journaled events again, from the start or
//     from any checkpoint, gives exactly the same transitions.
//   - A state marshals and unmarshals without loss.
//   - Nothing that one peer sends changes another device's votes, and what is kept of a peer is bounded.
package fold
