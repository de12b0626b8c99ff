package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/config"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/probe/probetest"
)

// TestEveryKindAsConfig: a check of each kind that there is, written as the table's checks are, is read as it was.
func TestEveryKindAsConfig(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, probetest.NewAuthority(t).PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	checks := []firmware.Check{
		{Kind: "http", HTTP: &firmware.HTTPCheck{URL: "http://shop.example/", Method: "HEAD"}},
		{Kind: "dns", DNS: &firmware.DNSCheck{Name: "shop.example.", Type: "TXT"}},
		{Kind: "tls", TLS: &firmware.TLSCheck{Target: "shop.example:443", Days: 7}},
		{Kind: "tcp", TCP: &firmware.TCPCheck{Target: "shop.example:25", Expect: "^220 "}},
		{Kind: "icmp", ICMP: &firmware.ICMPCheck{Host: "shop.example", Count: 7}},
		{Kind: "portal", Portal: &firmware.PortalCheck{URL: "http://check.example/204", API: "https://portal.example/api"}},
		{Kind: "transaction", Transaction: &firmware.TransactionCheck{Steps: []firmware.StepCheck{{Name: "page", HTTPCheck: firmware.HTTPCheck{URL: "http://shop.example/"}}}}},
	}
	var kinds []string
	for _, c := range checks {
		kinds = append(kinds, c.Kind)
		c.Ref, c.Interval, c.Timeout = firmware.CheckRef{Service: "shop", Name: "one"}, 10*time.Second, 2*time.Second
		text, err := json.Marshal(configOf(t, probetest.Setup{Check: c}, ca))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "my.yaml")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		read, err := config.Load(file)
		if err != nil || len(read.Checks) != 1 {
			t.Fatalf("%s: %v, %d checks", c.Kind, err, len(read.Checks))
		}
		if got := read.Checks[0]; got.Kind != c.Kind || !alike(got, c) {
			t.Errorf("%s: read as %+v", c.Kind, got)
		}
	}
	slices.Sort(kinds)
	if want := slices.Sorted(slices.Values(append(probe.Kinds(), "portal"))); !slices.Equal(kinds, want) {
		t.Errorf("written are %v of %v", kinds, want)
	}
}

// alike compares what is particular to the kinds, as far as the config has no defaults for it.
func alike(got, want firmware.Check) bool {
	switch {
	case want.HTTP != nil:
		return got.HTTP.URL == want.HTTP.URL && got.HTTP.Method == want.HTTP.Method
	case want.DNS != nil:
		return got.DNS.Name == want.DNS.Name && got.DNS.Type == want.DNS.Type
	case want.TLS != nil:
		return got.TLS.Target == want.TLS.Target && got.TLS.Days == want.TLS.Days
	case want.TCP != nil:
		return got.TCP.Target == want.TCP.Target && got.TCP.Expect == want.TCP.Expect
	case want.Transaction != nil:
		return len(got.Transaction.Steps) == 1 && got.Transaction.Steps[0].URL == want.Transaction.Steps[0].URL
	}
	return reflect.DeepEqual(got.ICMP, want.ICMP) && reflect.DeepEqual(got.Portal, want.Portal)
}
