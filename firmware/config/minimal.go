package config

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/identity"
)

// lone is the device of the minimal file.
func lone() firmware.Device {
	return firmware.Device{ID: "office", Site: "office", Region: "us", Uplinks: []firmware.UplinkFact{{Name: "eth0", Network: "isp-a"}}}
}

// Minimal returns a commented file for one device alone, which needs no key and works as it stands.
func Minimal() string { return DeviceFile(lone(), "", "", PublicResolvers()) }

// PublicResolvers returns resolvers to begin with; an uplink's own are better, since they show what its office sees.
func PublicResolvers() []string { return []string{"9.9.9.9", "1.1.1.1"} }

// DeviceFile returns a commented file for a device of a fleet. The names fleet and key are of files beside it;
// without a fleet file the device is alone and stands in the file itself.
func DeviceFile(d firmware.Device, fleet, key string, resolvers []string) string {
	var b strings.Builder
	b.WriteString("# edgeprobe on " + d.ID + ". Check it with: edgeprobe config check FILE\n")
	b.WriteString("# Every key that there is, explained: edgeprobe config schema\n\n")
	fmt.Fprintf(&b, "device: %s\n", word(d.ID))
	if key != "" {
		b.WriteString(remark("key: file:"+key, "private; never leaves this device"))
	}
	if fleet != "" {
		b.WriteString(remark("fleet: file:"+fleet, "every device of yours, the same file everywhere"))
	} else {
		b.WriteString(remark("fleet:", "alone: it can suspect an outage, never confirm one") + indent(fleetYAML([]firmware.Device{d})))
	}
	b.WriteString("\n" + remark("uplinks:", "how this device uses its ways out"))
	for _, u := range d.Uplinks {
		fmt.Fprintf(&b, "  - name: %s\n", word(u.Name))
		b.WriteString(remark("    # interface: "+u.Name, "bind to it; needs CAP_NET_RAW"))
		b.WriteString(remark("    # source: 192.0.2.10", "or choose it by its source address"))
		b.WriteString(remark("    # portal: {check: http://CHECK/204}", "your own address that answers 204: tells of a captive portal"))
		b.WriteString(remark("    resolvers: ["+quoteAll(resolvers)+"]", "better: the ones this uplink was given; with an interface: auto"))
	}
	b.WriteString(minimalRest)
	if fleet == "" {
		b.WriteString("store:\n" + remark("  dir: edgeprobe-data", "beside this file; /var/lib/edgeprobe when left out"))
	}
	return b.String()
}

// remark returns a line with a comment in the column that all comments stand in.
func remark(line, comment string) string { return fmt.Sprintf("%-40s # %s\n", line, comment) }

// word returns a name as YAML, in quotes where it would be read as something else.
func word(s string) string {
	if n := (&yaml.Node{Kind: yaml.ScalarNode, Value: s}); n.ShortTag() != "!!str" {
		return strconv.Quote(s)
	}
	return s
}

func quoteAll(texts []string) string {
	quotes := make([]string, len(texts))
	for i, s := range texts {
		quotes[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(quotes, ", ")
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n  ") + "\n"
}

const minimalRest = `
services:                                # what your customers depend on
  - name: website
    checks:
      - name: home
        kind: http
        url: https://example.com/        # yours instead
        # address: 203.0.113.7           # dial this instead of resolving the name
        expect:
          status: [200]
          # body: "Welcome"              # a regular expression
      # - name: origin                   # the same past every cache: shows an outage that a cache hides
      #   kind: http
      #   role: origin
      #   url: https://origin.example.com/
      # - name: script                   # a journey: the page, and the script that its tag names
      #   kind: transaction
      #   steps:
      #     - {name: page, url: "https://example.com/", capture: [{name: script, script: "recorder"}]}
      #     - {name: script, url: "${script}", expect: {min_bytes: 1kB, body: "version 7"}}
      # - name: upload                   # a journey: an upload (tus, say) that breaks off is resumed, and whole
      #   kind: transaction
      #   steps:
      #     - {name: create, method: POST, url: "https://up.example.com/files", expect: {status: [201]},
      #        headers: {Upload-Length: "2097152"}, capture: [{name: file, header: Location}]}
      #     - {name: broken, method: PATCH, url: "${file}", send: {content: clip, to: 2MiB}, break_after: 700kB,
      #        headers: {Upload-Offset: "0", Content-Type: application/offset+octet-stream}}
      #     - {name: where, method: HEAD, url: "${file}", pause: 1s, capture: [{name: offset, header: Upload-Offset}]}
      #     - {name: resume, method: PATCH, url: "${file}", send: {content: clip, from: "${offset}", to: 2MiB},
      #        headers: {Upload-Offset: "${offset}", Content-Type: application/offset+octet-stream}}
      #     - {name: verify, url: "${file}", stored: {content: clip, to: 2MiB}}
      #   cleanup:
      #     - {name: delete, method: DELETE, url: "${file}"}

controls:                                # not your provider's: they prove that this device itself can see
  - {name: quad9, kind: dns, server: 9.9.9.9, query: dns.quad9.net, interval: 30s}
  - {name: cloudflare, kind: dns, server: 1.1.1.1, query: one.one.one.one, interval: 30s}
  - {name: google, kind: dns, server: 8.8.8.8, query: dns.google, interval: 30s}

# feed:                                  # your MQTT broker, outside the provider
#   brokers:
#     - {name: main, url: "mqtts://broker.example.net", username: office, password: "file:broker.password"}

`

// fleetHead stands above every fleet file.
const fleetHead = "# The fleet: every device, its site, its ways out and its public key. edgeprobe fleet add rewrites this file.\n"

// FormatFleet returns the fleet file of these devices, in their order.
func FormatFleet(devices []firmware.Device) string { return fleetHead + fleetYAML(devices) }

func fleetYAML(devices []firmware.Device) string {
	if len(devices) == 0 {
		return "[]\n"
	}
	var b strings.Builder
	for _, d := range devices {
		fmt.Fprintf(&b, "- id: %s\n  site: %s\n  region: %s\n", word(d.ID), word(d.Site), word(d.Region))
		if d.Key != nil {
			fmt.Fprintf(&b, "  key: %q\n", identity.FormatPublic(d.Key))
		}
		b.WriteString("  uplinks:\n")
		for _, u := range d.Uplinks {
			fmt.Fprintf(&b, "    - {name: %s, network: %s", word(u.Name), word(u.Network))
			if u.Metered {
				b.WriteString(", metered: true")
			}
			if len(u.SharedRisk) > 0 {
				fmt.Fprintf(&b, ", shared_risk: [%s]", quoteAll(u.SharedRisk))
			}
			b.WriteString("}\n")
		}
	}
	return b.String()
}
