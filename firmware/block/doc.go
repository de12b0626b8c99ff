// Package block packs results: one codec for the card and for the wire.
//
// A block is a version byte, how many results it holds and the range of their sequence numbers, the results
// column by column, and a CRC-32C (Castagnoli, RFC 3720 appendix B.4) of all that. The columns are
//
//   - dictionaries for what repeats: boots, names, (service, check, uplink) keys, addresses, certificates'
//     ends, markers and details, each value written once;
//   - numbers for the rest, as the difference to what the same key's previous result foretells, in Rice codes
//     whose parameter each column chooses for itself;
//   - where a result has steps, and only there, how many each has and the same kinds of column for all steps, each
//     foretold by the same step of the key's previous run; likewise the round trips of the results that have some.
//     The version byte tells such blocks; without steps or trips nothing of this is there.
//
// Guarantees:
//   - Decode gives back every field of every result that Encode took, durations floored to whole microseconds.
//   - Torn, flipped, cut or extended data is an error, never a wrong result.
//   - Hostile data neither panics nor makes more than [MaxResults] results and
//     16 steps of each; every string is bounded.
package block
