// Package store keeps what happened: the journal of folded events, the transitions, checkpoints of the state, and
// how far each broker has acknowledged.
//
// One writer, [Store.Run], commits what [Store.Offer] and [Store.Save] queued, in order. An entry that matters
// (transitions, or any event but a result or a heartbeat) is committed at once together with everything before
// it; the rest waits at most Settings.Commit, so that a card is written seldom. Results are stored as the blocks
// that the feed sends.
//
// Guarantees:
//   - Offer, Save, SetCursor and SetClock never wait for the card.
//   - What is stored is a prefix of what was offered, whatever moment the power goes; a gap in it (events dropped
//     while the card failed, or made room for) is an error of [Store.Events], never silence.
//   - A directory has one writer: a second [Open] of it fails until the first is closed or its process has ended.
//   - A number is never given twice in an epoch: a file that is new has a new epoch, and one made while running
//     remembers the numbers already given.
//   - While the card fails, the newest transitions and events stay in memory, [Store.Trouble] says why, and the
//     writer tries again every five seconds. After it ends a checkpoint should be saved: events may be missing.
//   - Room is made by sequence, oldest events first, transitions last. No clock decides what goes.
package store
