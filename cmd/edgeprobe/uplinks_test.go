package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/miekg/dns"

	"edgeprobe.io/firmware/probe/probetest"
	"edgeprobe.io/firmware/uplink"
)

// uplinksConfig writes a config of two uplinks: one that works on every machine, and one that none has.
func uplinksConfig(t *testing.T, second string, resolvers ...string) string {
	t.Helper()
	if resolvers == nil {
		resolvers = []string{"127.0.31.53", "127.0.31.54:5353"}
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	text := "device: berlin\nfleet: [{id: berlin, site: berlin, region: eu, uplinks: [{name: lan, network: dsl}, {name: lte, network: mobile, metered: true}]}]\n" +
		"uplinks:\n  - {name: lan, source: 127.0.31.1, resolvers: [\"" + resolvers[0] + "\"]}\n  - {name: lte, interface: " + second + ", resolvers: [\"" + resolvers[1] + "\"]}\nstore: {dir: data}\n"
	file := filepath.Join(dir, "berlin.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "bytes-lte.json"), []byte(`{"month":"2026-11","rx":40000000,"tx":1500000}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestUplinksOfAConfig(t *testing.T) {
	out, errs, code := run(t, "uplinks", "--config", uplinksConfig(t, "nosuch0"))
	if code != 1 || errs != "" {
		t.Errorf("code %d, %q: an uplink is down", code, errs)
	}
	for _, want := range []string{"127.0.31.1/32", "127.0.31.53", "127.0.31.54:5353", "interface nosuch0 does not exist", "42 MB of 200 MB this month"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	good := probetest.Resolver(t, probetest.Answers(t, ". 60 IN NS a.root.example."))
	if out, errs, code := run(t, "uplinks", "--config", uplinksConfig(t, "lo", good, good)); code != 0 {
		t.Errorf("code %d %q with two good uplinks\n%s", code, errs, out)
	}
}

// TestUplinksWithDeadResolvers: one that is silent, and one that fails on everything, are named; an uplink that has none
// but those is not well.
func TestUplinksWithDeadResolvers(t *testing.T) {
	good := probetest.Resolver(t, probetest.Answers(t, ". 60 IN NS a.root.example."))
	silent := probetest.Resolver(t, probetest.Silent)
	failing := probetest.Resolver(t, probetest.RCode(dns.RcodeServerFailure))
	for name, c := range map[string]struct {
		resolvers string
		code      int
		says      string
	}{
		"silent":             {silent, 1, "up, but resolver " + silent + " does not answer"},
		"failing":            {failing, 1, "up, but resolver " + failing + " fails on every name"},
		"both":               {silent + `", "` + failing, 1, "up, but resolver " + silent + " does not answer; resolver " + failing + " fails on every name"},
		"silent, and a good": {silent + `", "` + good, 0, "up, but resolver " + silent + " does not answer"},
	} {
		out, errs, code := run(t, "uplinks", "--config", uplinksConfig(t, "lo", c.resolvers, good))
		if code != c.code || errs != "" || !strings.Contains(strings.Join(strings.Fields(out), " "), c.says) {
			t.Errorf("%s: code %d, %q:\n%s", name, code, errs, out)
		}
	}
	out, _, _ := run(t, "uplinks", "--json", "--config", uplinksConfig(t, "lo", silent, good))
	if want := `"unresolved": "resolver ` + silent + ` does not answer"`; strings.Count(out, want) != 1 {
		t.Errorf("%s is missing in\n%s", want, out)
	}
}

func TestUplinksAsJSON(t *testing.T) {
	out, _, code := run(t, "uplinks", "--json", "--config", uplinksConfig(t, "nosuch0"))
	var ways []wayOut
	if err := json.Unmarshal([]byte(out), &ways); err != nil || code != 1 || len(ways) != 2 {
		t.Fatalf("code %d, %v: %s", code, err, out)
	}
	if lan := ways[0]; !lan.Up || lan.Month != nil || len(lan.Addresses) != 1 {
		t.Errorf("%+v", lan)
	}
	if lte := ways[1]; lte.Up || lte.Why == "" || !lte.Metered || lte.Month == nil || lte.Month.Bytes != 41500000 || lte.Month.Allowance != 200e6 {
		t.Errorf("%+v", lte)
	}
}

// TestUplinksOfThisMachine: whatever it has, there is an answer.
func TestUplinksOfThisMachine(t *testing.T) {
	for _, args := range [][]string{{"uplinks"}, {"uplinks", "--json"}} {
		if out, errs, code := run(t, args...); code != 0 || out == "" {
			t.Errorf("%v: code %d, %q, %q", args, code, out, errs)
		}
	}
}

func TestAmounts(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 9: "9 B", 999: "999 B", 1000: "1.0 kB", 41500000: "42 MB", 999600: "1.0 MB", 2e12: "2.0 TB"} {
		if got := amount(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// TestUplinksBehindAPortal: a way out that leads to a portal says so, and one whose check is answered does not.
func TestUplinksBehindAPortal(t *testing.T) {
	met, answer := true, http.StatusNoContent
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if met {
			http.Redirect(w, r, "http://login.example.net/", http.StatusFound)
			return
		}
		w.WriteHeader(answer)
	}))
	defer s.Close()
	file := filepath.Join(t.TempDir(), "berlin.yaml")
	good := probetest.Resolver(t, probetest.Answers(t, ". 60 IN NS a.root.example."))
	text := "device: berlin\nfleet: [{id: berlin, site: berlin, region: eu, uplinks: [{name: lan, network: dsl}]}]\n" +
		"uplinks: [{name: lan, source: 127.0.31.1, resolvers: [\"" + good + "\"], portal: {check: \"" + s.URL + "/204\"}}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := run(t, "uplinks", "--config", file); code != 1 || errs != "" || !strings.Contains(out, "up, but captive portal at login.example.net") {
		t.Errorf("code %d, %q:\n%s", code, errs, out)
	}
	met = false
	if out, errs, code := run(t, "uplinks", "--config", file); code != 0 || errs != "" || strings.Contains(out, "portal") {
		t.Errorf("code %d, %q without a portal:\n%s", code, errs, out)
	}
	answer = http.StatusNotFound
	if out, errs, code := run(t, "uplinks", "--config", file); code != 0 || errs != "" || !strings.Contains(out, "its portal check can tell nothing: http_status: status 404") {
		t.Errorf("code %d, %q where the check's address is wrong:\n%s", code, errs, out)
	}
}

// TestUplinksStayInside: where a table is too wide for the terminal, no line is, and nothing is left out.
func TestUplinksStayInside(t *testing.T) {
	ways := []wayOut{
		{Name: "eth0", Seen: uplink.Seen{Up: true, Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.2/24"), netip.MustParsePrefix("2001:db8::2/64")}},
			Resolvers: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.53:53")}, From: "/etc/resolv.conf", Month: &monthly{Bytes: 41500000, Allowance: 200e6}},
		{Name: "wwan0", Seen: uplink.Seen{Why: "interface wwan0 is switched off, and has been since somebody pulled its modem out"}},
	}
	for width, table := range map[int]bool{60: false, 80: false, 200: true} {
		var out strings.Builder
		if err := drawUplinks(canvas{Writer: &out, width: width}, ways); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("%d columns wide in a terminal of %d: %q", n, width, line)
			}
		}
		if strings.Contains(out.String(), "UPLINK") != table {
			t.Errorf("%d columns: a table is wanted: %v\n%s", width, table, out.String())
		}
		all := strings.Join(strings.Fields(out.String()), " ")
		for _, want := range []string{"eth0 up", "192.0.2.2/24 2001:db8::2/64", "192.0.2.53 from /etc/resolv.conf", "42 MB of 200 MB this month", "pulled its modem out"} {
			if !strings.Contains(all, want) {
				t.Errorf("%d columns: %q is missing in\n%s", width, want, out.String())
			}
		}
	}
}
