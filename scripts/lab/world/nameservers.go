package world

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"
)

// Zone is the provider's domain, in a top level domain that is reserved for examples (RFC 2606).
const Zone = "shop.example"

// ttl is how long the provider's addresses may be kept.
const ttl = 5 * time.Second

// others are the names that are not the provider's and no broker's, and the node behind each.
func others() map[string]string {
	c := controlNodes()
	return map[string]string{
		"www.example.net": c[0], "www.example.org": c[1], "www.example.com": c[2], "wrong.example.net": wrong,
		"www.customer.example": customer, "a.root.example": registry,
	}
}

// record is a name's addresses in a zone file.
func record(b *strings.Builder, name string, a address) {
	fmt.Fprintf(b, "%s. A %v\n%s. AAAA %v\n", name, a.v4, name, a.v6)
}

// rootZone holds everybody's names but the provider's, whose server it names.
func rootZone(t Topology, a atlas) string {
	var b strings.Builder
	b.WriteString("$TTL 60\n. SOA a.root.example. hostmaster.root.example. 1 3600 600 86400 5\n. NS a.root.example.\n")
	for name, node := range others() {
		record(&b, name, a.leaf[node])
	}
	for _, node := range t.Brokers() {
		record(&b, "broker.example.net", a.leaf[node])
	}
	fmt.Fprintf(&b, "%s. NS ns1.%s.\n", Zone, Zone)
	record(&b, "ns1."+Zone, a.leaf[names])
	return b.String()
}

// providerZone is the provider's zone as strangers see it: its apex and cdn are the first region's edge, and each
// region's name is that region's.
func providerZone(t Topology, a atlas) string {
	var b strings.Builder
	fmt.Fprintf(&b, "$TTL %d\n%s. SOA ns1.%s. hostmaster.%s. 1 3600 600 86400 5\n%s. NS ns1.%s.\n", int(ttl/time.Second), Zone, Zone, Zone, Zone, Zone)
	record(&b, "ns1."+Zone, a.leaf[names])
	record(&b, "origin."+Zone, a.leaf[origin])
	for i, r := range t.Regions() {
		if i == 0 {
			record(&b, Zone, a.leaf[EdgeNode(r)])
			record(&b, "cdn."+Zone, a.leaf[EdgeNode(r)])
		}
		record(&b, r+"."+Zone, a.leaf[EdgeNode(r)])
	}
	return b.String()
}

// steering gives whoever asks from a region's ISP that region's edge.
func steering(t Topology, a atlas) string {
	var b strings.Builder
	for _, name := range []string{Zone, "cdn." + Zone} {
		fmt.Fprintf(&b, "%s:\n", name)
		for _, isp := range t.Networks() {
			edge := a.leaf[EdgeNode(t.regionOf(isp))]
			for _, from := range host(a.leaf[isp]) {
				fmt.Fprintf(&b, "  - net: %v\n    A: %v\n    AAAA: %v\n", from, edge.v4, edge.v6)
			}
		}
	}
	return b.String()
}

// knot is the configuration of an authoritative server for one zone; geo is the file that steers, "" none.
func knot(dir, zone, geo string) string {
	module, use := "", ""
	if geo != "" {
		module = fmt.Sprintf("mod-geoip:\n  - id: steer\n    config-file: %s\n    ttl: %d\n    mode: subnet\n", geo, int(ttl/time.Second))
		use = "    module: mod-geoip/steer\n"
	}
	return fmt.Sprintf(`server:
    rundir: %[1]q
    listen: [ "0.0.0.0@53", "::@53" ]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: warning
database:
    storage: %[1]q
%[3]stemplate:
  - id: default
    storage: %[1]q
    zonefile-sync: -1
    journal-content: none
zone:
  - domain: %[2]q
    file: "zone"
%[4]s`, dir, zone, module, use)
}

// openNames starts the two authoritative name servers.
func (w *World) openNames(ctx context.Context) error {
	for node, of := range map[string]struct{ zone, text, geo string }{
		registry: {".", rootZone(w.Topology, w.atlas), ""},
		names:    {Zone, providerZone(w.Topology, w.atlas), steering(w.Topology, w.atlas)},
	} {
		dir, geo := w.path(node), ""
		files := map[string]string{"zone": of.text}
		if of.geo != "" {
			geo, files["geo"] = w.path(node, "geo"), of.geo
		}
		files["knot.conf"] = knot(dir, of.zone, geo)
		if err := w.write(node, files); err != nil {
			return err
		}
		p := w.program(node, node, "knotd", "-c", w.path(node, "knot.conf"))
		if err := p.start(); err != nil {
			return err
		}
	}
	for _, node := range []string{registry, names} {
		if err := w.named(node).listening(ctx, "tcp", net.JoinHostPort(w.atlas.leaf[node].v4.String(), "53")); err != nil {
			return err
		}
	}
	return nil
}
