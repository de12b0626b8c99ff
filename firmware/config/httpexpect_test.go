package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"edgeprobe.io/firmware"
)

// TestHTTPFile holds the values of the file that says all that an http check can.
func TestHTTPFile(t *testing.T) {
	inDir(t, "testdata/good")
	c, err := Load("http.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []firmware.HTTPCheck{
		{
			URL: "https://shop.example.com/", Family: 6, Protocol: 2, Redirects: 3, Downgrade: true, AbsentBody: "(?i)service unavailable",
			AbsentHead: map[string]string{"X-Debug": "", "X-Stage": "^test$"}, MinBytes: 2000, Days: 14,
		},
		{
			URL: "https://[2001:db8::7]/health", Family: 6, Nonce: true, Keep: true,
			ExpectJSON: map[string]string{"$.status": "ok", "$.items[0].id": "7"},
		},
	} {
		if diff := cmp.Diff(&want, c.Checks[i].HTTP); diff != "" {
			t.Errorf("check %d (-want +got):\n%s", i, diff)
		}
	}
}
