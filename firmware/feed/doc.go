// Package feed keeps a session with each MQTT broker: birth and last will, snapshots, the backlog of what is
// committed, and what peers say.
//
// Guarantees:
//   - An item counts as sent only when this very connection's broker acknowledged it (PUBACK) and everything
//     before it of its class; anything else is sent again. Consumers dedupe.
//   - Transitions keep their order at the broker, and no result is published while a transition waits.
//   - After each birth every topic's newest snapshot is published; snapshots are never queued.
//   - A frozen broker or a dead path is noticed and left: every write, acknowledgement and ping has a deadline.
//   - An item at which the broker hangs up again and again is set aside, and given up loudly only once the broker
//     has acknowledged a later one.
//   - No method of [Session] but Run blocks. Run returns when the library's goroutines have ended.
//
// Each connection is a fresh client of the library with its own reconnecting switched off: reconnecting, the
// library reports messages as sent that no broker ever acknowledged.
package feed
