package statuspage

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"edgeprobe.io/firmware"
)

// TestImpactIsToldOnce: a vote's name holds its impact already, a decision's does not.
func TestImpactIsToldOnce(t *testing.T) {
	for to, kind := range map[string]string{"fail, down": "vote", "confirmed": "decision"} {
		p := sheet{transitions: []Transition{{Kind: kind, Subject: "shop", From: "up", To: to, Impact: firmware.ImpactDown}}}
		var page strings.Builder
		if err := html.Render(&page, document(p.changes())); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(page.String(), "down"); n != 1 {
			t.Errorf("%s: told %d times: %s", kind, n, page.String())
		}
	}
}
