package probe_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// TestCertificateDays: a certificate that ends soon degrades, whatever is worse stays worse.
func TestCertificateDays(t *testing.T) {
	ca := newAuthority(t)
	soon := ca.Leaf(t, "shop.example", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(36 * time.Hour) })
	for _, tc := range []struct {
		name   string
		days   int
		change func(*firmware.Check)
		want   firmware.Outcome
	}{
		{"no bound", 0, nil, firmware.OutcomeOK},
		{"long enough", 1, nil, firmware.OutcomeOK},
		{"too soon", 2, nil, firmware.OutcomeTLSExpiring},
		{"too soon and wrong", 2, func(c *firmware.Check) { c.HTTP.Status = []int{204} }, firmware.OutcomeHTTPStatus},
		{"too soon and slow", 2, func(c *firmware.Check) { c.MaxLatency = time.Microsecond }, firmware.OutcomeSlow},
	} {
		check := httpCheck("https://shop.example/", serveTLS(t, &tls.Config{Certificates: []tls.Certificate{soon}}, says(page)), long)
		check.HTTP.Days = tc.days
		if tc.change != nil {
			tc.change(&check)
		}
		set := probe.Defaults()
		set.Roots = ca.Pool()
		p := prober(t, check, loopback(), set)
		for range 2 { // the second is resumed
			if r := do(t, p, long); r.Outcome != tc.want {
				t.Errorf("%s: %v (%s) over %v, want %v", tc.name, r.Outcome, r.Detail, r.Conn, tc.want)
			}
		}
	}
}
