package probe_test

import (
	"net/netip"
	"runtime"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/probe/probetest"
)

// TestBehaviours runs the whole table of package probetest: each row's outcome, deadline and soundness. That no
// goroutine is left is held by TestMain.
func TestBehaviours(t *testing.T) {
	ca := probetest.NewAuthority(t)
	for _, b := range probetest.Behaviours() {
		t.Run(b.Group+"/"+b.Name, func(t *testing.T) {
			t.Parallel()
			play(probetest.Stage{TB: t, CA: ca}, b)
		})
	}
}

// play runs a row. A run that this machine itself overslept is played again, twice, with new servers.
func play(s probetest.Stage, b probetest.Behaviour) {
	s.Helper()
	for try := 0; ; try++ {
		up := b.Start(s)
		began := time.Now()
		r := runOnce(s, up)
		if late := time.Since(began) > up.Check.Timeout+probetest.Grace+starved || r.Took > up.Check.Timeout+probetest.Grace; late && try < 5 {
			continue
		} else if late {
			s.Errorf("took %v (%v by the wall), timeout %v", r.Took, time.Since(began), up.Check.Timeout)
		}
		b.Judge(s, up, r)
		return
	}
}

func runOnce(s probetest.Stage, up probetest.Setup) firmware.Result {
	s.Helper()
	via := loopback()
	via.Resolvers = func() []netip.AddrPort { return up.Resolvers }
	set := probe.Defaults()
	set.Roots = s.CA.Pool()
	return prober(s, up.Check, via, set).Do(s.Context())
}

// TestMemoryIsBounded holds that whatever a server sends, a run takes little: all that is allocated meanwhile, by the
// prober and by the server beside it, whether it is freed or not, is less than the bound.
func TestMemoryIsBounded(t *testing.T) {
	const most = 8 << 20 // bytes; a body of 1 MiB that is looked at grows to that in steps, which takes 5 of them
	ca := probetest.NewAuthority(t)
	rows := 0
	for _, b := range probetest.Behaviours() {
		if !b.Floods {
			continue
		}
		rows++
		t.Run(b.Name, func(t *testing.T) {
			s := probetest.Stage{TB: t, CA: ca}
			up := b.Start(s)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := runOnce(s, up)
			runtime.ReadMemStats(&after)
			took := after.TotalAlloc - before.TotalAlloc
			t.Logf("%v in %v, %d KiB", r.Outcome, r.Took, took>>10)
			if took > most {
				t.Errorf("a run took %d KiB, want at most %d", took>>10, most>>10)
			}
		})
	}
	if rows < 20 {
		t.Errorf("only %d rows flood", rows)
	}
}
