package world

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

func TestTopologyIsChecked(t *testing.T) {
	if err := Default().Check(); err != nil {
		t.Errorf("the default: %v", err)
	}
	for want, spoil := range map[string]func(*Topology){
		"there must be 1 to 20": func(t *Topology) { t.Devices = nil },
		"the name is taken":     func(t *Topology) { t.Devices[1].ID = "newyork" },
		`"broker": the name`:    func(t *Topology) { t.Devices[1].ID = "broker" },
		`device "Berlin"`:       func(t *Topology) { t.Devices[1].ID = "Berlin" },
		"0 uplinks":             func(t *Topology) { t.Devices[0].Uplinks = nil },
		"at most 15 characters": func(t *Topology) { t.Devices[0].Uplinks[0].Name = "a-very-long-interface" },
		`of network "origin"`:   func(t *Topology) { t.Devices[0].Uplinks[0].Network = "origin" },
		`of network "newyork"`:  func(t *Topology) { t.Devices[0].Uplinks[0].Network = "newyork" },
	} {
		top := Default()
		spoil(&top)
		if err := top.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

// TestAddressesAreApartAndForDocumentation holds that no two nodes share an address, and that all are from ranges that
// nobody has.
func TestAddressesAreApartAndForDocumentation(t *testing.T) {
	var ranges []netip.Prefix
	for _, r := range []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "2001:db8::/32"} {
		ranges = append(ranges, netip.MustParsePrefix(r))
	}
	top := Default()
	a := chart(top)
	seen := map[netip.Addr]bool{}
	check := func(who string, at address) {
		for _, ip := range []netip.Addr{at.v4, at.v6} {
			inside := false
			for _, r := range ranges {
				inside = inside || r.Contains(ip)
			}
			if !inside || seen[ip] {
				t.Errorf("%s: %v is somebody's, or taken", who, ip)
			}
			seen[ip] = true
		}
	}
	for node, at := range a.leaf {
		check(node, at)
	}
	for name, l := range a.dev {
		check(name[0], l.device)
		check(name[0]+"'s gateway", l.gateway)
	}
	check(backbone, a.hub)
}

func parse(t interface{ Fatal(...any) }, text string) (m map[string]any) {
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOverlay(t *testing.T) {
	base := parse(t, "a: 1\nb: {c: 2, d: 3}\nl: [1, 2]\nn: [{name: x, v: 1}, {name: y, v: 2}]\n")
	over := parse(t, "a: 5\nb: {d: null, e: {f: 1}}\nl: [7]\nn: [{name: y, w: 3}, {name: z}]\n")
	want := parse(t, "a: 5\nb: {c: 2, e: {f: 1}}\nl: [7]\nn: [{name: x, v: 1}, {name: y, v: 2, w: 3}, {name: z}]\n")
	if d := cmp.Diff(want, overlayMap(base, over)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if d := cmp.Diff(parse(t, "a: 1\nb: {c: 2, d: 3}\nl: [1, 2]\nn: [{name: x, v: 1}, {name: y, v: 2}]\n"), base); d != "" {
		t.Errorf("the base has changed:\n%s", d)
	}
}

// TestOverlayingItselfChangesNothing holds it for any mapping without nulls.
func TestOverlayingItselfChangesNothing(t *testing.T) {
	leaf := rapid.OneOf(rapid.Int().AsAny(), rapid.String().AsAny())
	inner := rapid.MapOfN(rapid.StringMatching(`[a-d]`), leaf, 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		m := map[string]any{}
		for k, v := range rapid.MapOfN(rapid.StringMatching(`[a-d]`), inner, 0, 3).Draw(t, "mapping") {
			m[k] = v
		}
		if d := cmp.Diff(m, overlayMap(m, m)); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(m, overlayMap(map[string]any{}, m)); d != "" {
			t.Fatal(d)
		}
	})
}
