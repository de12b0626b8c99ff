package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSystemResolvers(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"usual":          {"# by hand\nsearch example.com\nnameserver 192.0.2.53\nnameserver 2001:db8::53\noptions edns0\n", []string{"192.0.2.53:53", "[2001:db8::53]:53"}},
		"link-local":     {"nameserver fe80::1%eth0\n", []string{"[fe80::1%eth0]:53"}},
		"no line break":  {"nameserver\t192.0.2.53 # trailing", []string{"192.0.2.53:53"}},
		"rubbish":        {"nameserver here\nnameserver\nnameservers 192.0.2.1\n", []string{"127.0.0.1:53"}},
		"empty":          {"", []string{"127.0.0.1:53"}},
		"commented away": {";nameserver 192.0.2.1\n#nameserver 192.0.2.2\n", []string{"127.0.0.1:53"}},
	} {
		file := filepath.Join(t.TempDir(), "resolv.conf")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := systemResolvers(file)
		if err != nil || !slices.Equal(texts(got), c.want) {
			t.Errorf("%s: %v, %v, want %v", name, texts(got), err, c.want)
		}
	}
	if got, err := systemResolvers(filepath.Join(t.TempDir(), "none")); err != nil || !slices.Equal(texts(got), []string{"127.0.0.1:53"}) {
		t.Errorf("without a file: %v, %v", texts(got), err)
	}
}

func TestParseResolvers(t *testing.T) {
	got, err := parseResolvers([]string{"192.0.2.53", "192.0.2.53:5353", "2001:db8::1", "[2001:db8::1]:5353"})
	want := []string{"192.0.2.53:53", "192.0.2.53:5353", "[2001:db8::1]:53", "[2001:db8::1]:5353"}
	if err != nil || !slices.Equal(texts(got), want) {
		t.Errorf("%v, %v, want %v", texts(got), err, want)
	}
	for _, bad := range []string{"", "dns.example.com", "192.0.2.53:", "192.0.2.53:70000"} {
		if _, err := parseResolvers([]string{bad}); err == nil || !strings.Contains(err.Error(), "write it like") {
			t.Errorf("%q: %v, want a sentence that says how to write it", bad, err)
		}
	}
}

func texts(in []netip.AddrPort) (out []string) {
	for _, a := range in {
		out = append(out, a.String())
	}
	return out
}
