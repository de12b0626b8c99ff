// Package wire is the feed's contract: topics, payloads, their JSON Schemas and the signatures on what peers
// say. What it writes is read by other people's programs, so within v1 it only ever grows.
//
// Guarantees:
//   - Every topic has one writer, its device; [Parse] accepts exactly the topics that this package makes.
//   - What a device says to its peers (votes, heartbeats, acknowledgements) is signed over topic and bytes, and
//     [Open] returns nothing that it has not verified, bounded and checked.
//   - No stamp crosses: peers are told ages, consumers wall times (RFC 3339, UTC) with their quality.
//   - Fields say their unit (_ms, _s), a payload stays under [MaxPayload] except results and Home Assistant's
//     discovery, and every JSON payload has a schema in [Schemas].
//
// The folder schema holds those schemas and the AsyncAPI 3 document that ties them to topics.
package wire
