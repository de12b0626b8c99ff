// Package demo is the world of 22 January 2025 on one machine's loopback addresses: a provider with its names,
// origin, account and one caching edge per region, controls outside it, an MQTT broker, and the replay of that
// day with a judge who says whether two devices found and followed the outage in time.
//
// What it guarantees: every part is real (a real TLS edge with a real shared cache, a real DNS server, a real
// broker with permissions), nothing is bound or dialled outside 127.0.0.0/8, every address is bound before
// [Open] returns, and every [Task] returns only when what it served has ended. Nobody needs root for it.
//
// The judge is a pure function over what a consumer of the feed heard, so that it can be tested without any of
// this.
package demo
