package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// fullKinds holds the checks of the full file that are not http.
func fullKinds(t *testing.T, checks []firmware.Check) {
	t.Helper()
	wantDNS := &firmware.DNSCheck{Name: "api.example.com.", Type: "A", Server: "192.0.2.1:53", Answers: []string{"203.0.113.7"}, MinTTL: 30 * time.Second, AD: true}
	wantGone := &firmware.DNSCheck{Name: "old.example.com.", Type: "TYPE65", RCode: "NXDOMAIN"}
	wantTLS := &firmware.TLSCheck{Target: "api.example.com:443", Address: "203.0.113.7", MinVersion: "1.3", ALPN: []string{"h2", "http/1.1"}, Days: 14}
	wantTCP := &firmware.TCPCheck{Target: "[2001:db8::25]:25", Send: "s3cret-token", Expect: "^220 ", MaxBytes: 4000}
	wantICMP := &firmware.ICMPCheck{Host: "api.example.com", Count: 3}
	for i, want := range []any{wantDNS, wantGone, wantTLS, wantTCP, wantICMP} {
		got := []any{checks[i].DNS, checks[i].DNS, checks[i].TLS, checks[i].TCP, checks[i].ICMP}[i]
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", checks[i].Ref, diff)
		}
	}
	if checks[4].Role != firmware.RoleEvidence || checks[2].Role != firmware.RoleEdge || !checks[2].Critical || checks[3].Critical {
		t.Errorf("roles %v, critical %v and %v", checks[4].Role, checks[2].Critical, checks[3].Critical)
	}
}

// TestKindsTagsAreKinds holds that every key of a check that is for some kinds names kinds there are.
func TestKindsTagsAreKinds(t *testing.T) {
	known := strings.Join(probe.Kinds(), " ")
	for _, typ := range []reflect.Type{reflect.TypeFor[rawCheck](), reflect.TypeFor[rawExpect]()} {
		for _, f := range fieldsOf(typ) {
			for _, kind := range strings.Fields(f.Tag.Get("kinds")) {
				if !strings.Contains(known, kind) {
					t.Errorf("%s is for %q, which is no kind", keyOf(f), kind)
				}
			}
		}
	}
}

// TestResponseCodesAreThoseOfProbe holds the words of the file to the codes that probe knows.
func TestResponseCodesAreThoseOfProbe(t *testing.T) {
	field, _ := reflect.TypeFor[rawExpect]().FieldByName("RCode")
	if diff := cmp.Diff(probe.RCodes(), strings.Fields(field.Tag.Get("oneof"))); diff != "" {
		t.Errorf("(-probe +config):\n%s", diff)
	}
}
