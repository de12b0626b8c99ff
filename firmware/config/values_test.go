package config

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"10s": 10 * time.Second, "1m30s": 90 * time.Second, "1d": 24 * time.Hour, "2d12h": 60 * time.Hour, "300ms": 300 * time.Millisecond,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "10", "d", "1d1d", "1d-1h", "-1d", "999999d", "1.5d", "1h1d", "1d25h", " 1s", "1 d"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]size{
		"0": 0, "17": 17, "200MB": 200_000_000, "256MiB": 256 << 20, "1.5kB": 1500, "1 GB": 1_000_000_000, "1TiB": 1 << 40, "8B": 8, "1KB": 1000,
	} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-1", "MB", "1mb", "1M", "1e9", "9999999TiB", "1MBit", "0x10", "1  MB"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestShares(t *testing.T) {
	for text, want := range map[string]share{"66%": 0.66, "0.66": 0.66, "100%": 1, "1": 1, ".5": 0.5, "12.5%": 0.125} {
		if got, err := parseShare(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "%", "-5%", "NaN", "1e-1", "5 %", "1/2"} {
		if got, err := parseShare(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestScalarsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(100*24*time.Hour)).Draw(t, "duration"))
		if got, err := parseDuration(d.String()); err != nil || got != d {
			t.Fatalf("%v: %v, %v", d, got, err)
		}
		n := rapid.Int64Range(0, 1<<50).Draw(t, "size")
		if got, err := parseSize(fmt.Sprint(n)); err != nil || int64(got) != n {
			t.Fatalf("%d: %v, %v", n, got, err)
		}
	})
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"htpp", "http", 1}, {"intervall", "interval", 1}, {"tiemout", "timeout", 1}, {"kitten", "sitting", 3}} {
		if got := distance(c.a, c.b); got != c.want || distance(c.b, c.a) != got {
			t.Errorf("%s to %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z_]{4,12}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if d := distance(a, b); d > max(len(a), len(b)) || (d == 0) != (a == b) || d != distance(b, a) {
			t.Fatalf("%s to %s: %d", a, b, d)
		}
	})
}

// drawDevice draws a device whose names are legal, also those that YAML reads as something else.
func drawDevice(t *rapid.T, i int) firmware.Device {
	name := rapid.OneOf(rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?`),
		rapid.SampledFrom([]string{"true", "null", "1", "0x1f", "1e3", "2025-01-22", "12", "no", "0b1", "0o7"}))
	d := firmware.Device{
		ID: fmt.Sprintf("%s-%d", name.Draw(t, "id"), i), Site: name.Draw(t, "site"), Region: name.Draw(t, "region"),
		Key: rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key"),
	}
	d.Key[0] = byte(i) // every device its own
	for _, up := range rapid.SliceOfNDistinct(name, 1, 4, rapid.ID).Draw(t, "uplinks") {
		d.Uplinks = append(d.Uplinks, firmware.UplinkFact{
			Name: up, Network: name.Draw(t, "network"), Metered: rapid.Bool().Draw(t, "metered"),
			SharedRisk: rapid.Custom(func(t *rapid.T) []string {
				return append([]string(nil), rapid.SliceOfN(name, 0, 2).Draw(t, "risks")...)
			}).Draw(t, "shared"),
		})
	}
	return d
}

// TestFleetFileRoundTrips holds that what is written is read back, and that a device's file beside it passes.
func TestFleetFileRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var devices []firmware.Device
		for i := range rapid.IntRange(1, 3).Draw(t, "devices") {
			devices = append(devices, drawDevice(t, i))
		}
		b := &builder{name: "fleet.yaml"}
		var raw rawFleet
		b.decode("fleet.yaml", []byte(FormatFleet(devices)), &raw.devices, fleetLimits)
		got := b.fleet(&raw)
		if err := b.err("fleet.yaml"); err != nil {
			t.Fatalf("%v in\n%s", err, FormatFleet(devices))
		}
		if diff := cmp.Diff(devices, got.devices); diff != "" {
			t.Fatal(diff)
		}
		if _, err := Parse("x.yaml", []byte(DeviceFile(devices[0], "", "", PublicResolvers())), "."); err != nil {
			t.Fatalf("%v in\n%s", err, DeviceFile(devices[0], "", "", PublicResolvers()))
		}
	})
}

// stopped is a clock that nobody reads.
type stopped struct{}

func (stopped) Now() firmware.Stamp      { return firmware.Stamp{} }
func (stopped) TLSTime() time.Time       { return time.Time{} }
func (stopped) Floor() (time.Time, bool) { return time.Time{}, true }

// prepared holds that nothing downstream finds fault with what Parse accepts.
func prepared(t *testing.T, c *Config) {
	t.Helper()
	var dialer net.Dialer
	var listener net.ListenConfig
	listen := func(ctx context.Context, network, address string) (net.PacketConn, error) {
		return listener.ListenPacket(ctx, network, address)
	}
	via := probe.Via{Dial: dialer.DialContext, ListenPacket: listen, Resolvers: func() []netip.AddrPort { return nil }}
	for _, check := range c.Checks {
		if _, err := probe.New(check, via, stopped{}, c.Probe); err != nil {
			t.Errorf("accepted, but %v", err)
		}
	}
}

// TestKindsAreThoseOfProbe holds that every kind that probe can measure can be written, and no other.
func TestKindsAreThoseOfProbe(t *testing.T) {
	field, _ := reflect.TypeFor[rawCheck]().FieldByName("Kind")
	words := slices.Sorted(slices.Values(strings.Fields(field.Tag.Get("oneof"))))
	if diff := cmp.Diff(probe.Kinds(), words); diff != "" {
		t.Errorf("(-probe +config):\n%s", diff)
	}
	if diff := cmp.Diff(words, slices.Sorted(maps.Keys(kindReaders))); diff != "" {
		t.Errorf("(-words +readers):\n%s", diff)
	}
}

// FuzzParse holds that Parse never panics, is bounded, and says of each problem where it is.
func FuzzParse(f *testing.F) {
	f.Add(Minimal())
	head, _, _ := strings.Cut(Minimal(), "services:")
	f.Add(head + "controls: [{name: a, kind: http, method: HEAD, headers: {Host: a, X: b}, url: 'http://[::1]:80/?q#f', address: '[::1]:1', expect: {status: [200], headers: {A: .}}}]\n")
	f.Add(head + "controls: [{name: a, kind: dns, type: MX, server: '::1', query: _a.b-c., expect: {answers: [x]}}, {name: b, kind: dns, query: b}]\n")
	f.Add(head + "services: [{name: s, checks: [{name: a, kind: icmp, target: a, count: 2, timeout: 1s}, {name: b, kind: tls, target: 'a:1', expect: {alpn: [x], min_version: tls1.3}}, {name: c, kind: tcp, target: '[::1]:7', send: x, max_bytes: 5, expect: {body: .}}]}]\n")
	f.Add(head + "controls: [{name: a, kind: dns, query: a, type: TYPE4242, expect: {answers: ['\\# 1 ff'], min_ttl: 1s, ad: true}}, {name: b, kind: dns, query: b, type: CAA, expect: {rcode: NODATA}}]\n")
	f.Add("fleet: \"a\\nb\"\n\"c\\nd\": 1\n")
	f.Add("device: &a [*a]\nfleet: {<<: *a}\n")
	f.Add("a: &a {<<: *a}\n")
	f.Add("services: [{checks: [{kind: dns, expect: {status: [a], answers: [1]}}]}]\ncontrols: [{kind: http}]\n")
	f.Add("? {a: b}\n: !!binary x\n--- x\n")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "file:/") || strings.Contains(text, "..") {
			return // it would read this machine's own files
		}
		c, err := Parse("f.yaml", []byte(text), dir)
		if err == nil {
			if c.Fold.Device == "" || len(c.Uplinks) == 0 || len(c.Fold.Rules) != len(c.Checks) {
				t.Errorf("accepted, but %v", c)
			}
			prepared(t, c)
			return
		}
		var all Errors
		if !errors.As(err, &all) || len(all) == 0 || len(all) > maxProblems+1 {
			t.Fatalf("%T %v", err, err)
		}
		for _, p := range all {
			if p.What == "" || p.Mend == "" || p.Line > 1+strings.Count(text, "\n")+strings.Count(text, "\r")+strings.Count(text, "\u0085")+strings.Count(text, "\u2028")+strings.Count(text, "\u2029") {
				t.Errorf("%#v", p)
			}
			if strings.ContainsAny(p.Error(), "\n") || !strings.Contains(text, "%") && strings.Contains(p.Error(), "%!") {
				t.Errorf("not one sentence: %q", p.Error())
			}
		}
	})
}

// TestDeepAndWideFilesAreBounded times what a hostile file could cost.
func TestDeepAndWideFilesAreBounded(t *testing.T) {
	laughs := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := 'b'; i < 'k'; i++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*%c,", i-1), 9))
	}
	for name, text := range map[string]string{
		"laughs": laughs + "services: *j\nfleet: *j\n",
		"deep":   strings.Repeat("[", 9000), "wide": "services: [" + strings.Repeat("{},", 120_000) + "]",
		"keys": "{" + strings.Repeat("a: 1,", 100_000) + "}", "long": strings.Repeat("k", maxFile-3) + ": 1",
	} {
		begin := time.Now()
		if _, err := Parse("f.yaml", []byte(text), "."); err == nil {
			t.Errorf("%s is accepted", name)
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("%s takes %v", name, took)
		} else {
			t.Logf("%s: %v", name, took)
		}
	}
	text, err := os.ReadFile("testdata/bad/expansion.yaml")
	r := reader{}
	if err != nil || r.decode("f.yaml", text, new(rawFile), "") || r.nodes > maxNodes+1000 {
		t.Errorf("%d values are visited, %v", r.nodes, err)
	}
	var n yaml.Node
	if word("true") != `"true"` || yaml.Unmarshal([]byte(word("2025-01-22")), &n) != nil || n.Content[0].Tag != "!!str" {
		t.Error("a name that YAML reads as something else is not quoted")
	}
}
