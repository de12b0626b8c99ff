// Package world is a small Internet with somebody's service on it: sites with devices, their ISPs, a backbone, a
// provider with an edge per region, and what stands outside the provider: broker, controls, a name registry.
//
// Every part is real: the kernel's networks (package wires), unbound at each ISP, Knot as authoritative name servers,
// Varnish behind a TLS terminator at each edge, Mosquitto or a cluster of NATS servers with the ACL of the design, and
// the edgeprobed binary in each device's network with a config, keys and a store of its own. It lives inside a sandbox
// and needs nothing outside it; all addresses are from documentation ranges (RFC 5737, RFC 3849, RFC 2544).
//
// What happens is collected in a [seen.Log]: everything on the feed as it comes, panels and stores with
// [World.Collect] once the devices have stopped. A part that dies by itself fails the world: see [World.Failed].
package world
