package fold_test

import (
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

// TestADeadResolverCastsNoFail: with every control pinned by address, what a dead resolver makes of a service's checks
// never fails a vote over that uplink. A provider's dead names, asked of a resolver that lives, still do.
func TestADeadResolverCastsNoFail(t *testing.T) {
	for unresolved, want := range map[firmware.Outcome]bool{firmware.OutcomeLocalFault: false, firmware.OutcomeDNSTimeout: true} {
		w := newWorld(2, time.Second, func(at time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
			if at >= 12*time.Second && v.Device == "dev0" && v.Uplink == "eth0" && ref.Service != "" {
				return firmware.Result{Outcome: unresolved, Took: time.Second}
			}
			return ok(20 * ms)
		})
		w.run(40 * time.Second)
		failed := false
		for _, tr := range w.devices[0].made {
			failed = failed || tr.Kind == "vote" && strings.HasSuffix(tr.Subject, "/eth0") && tr.Vote.State == firmware.VoteFail
		}
		if failed != want {
			t.Errorf("%s: a vote failed: %v, want %v", unresolved, failed, want)
		}
	}
}
