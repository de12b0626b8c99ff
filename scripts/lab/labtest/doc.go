// Package labtest lets the lab's tests play on real worlds: each test in a sandbox of its own, several at once, with
// an edgeprobed that has just been built in the devices.
//
// Guarantees: what a test leaves behind in its room ends with the room; a test that fails, panics or hangs inside
// fails outside, with what it said.
package labtest
