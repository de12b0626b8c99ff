package agent

import (
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/wire"
)

// ear is a device with one peer, and the peer's key. Its loop does not run: what would be folded waits.
func ear(t *testing.T) (*Agent, ed25519.PrivateKey) {
	t.Helper()
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	clk, err := clock.New(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, t.TempDir())
	t.Cleanup(func() { _ = s.Close() })
	fleet := []firmware.Device{{ID: "a"}, {ID: "b", Key: public}}
	a, err := New(Parts{Store: s, Clock: clk, Fold: fold.Settings{Device: "a", Fleet: fleet}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return a, key
}

// TestAPeersFloodIsBounded: births, which anybody who may write the topic can forge, and sheets signed by a stolen key.
func TestAPeersFloodIsBounded(t *testing.T) {
	a, key := ear(t)
	const flood = 4000
	began := a.Clock.Now()
	for i := range flood {
		a.heard(wire.Status("b"), fmt.Appendf(nil, `{"state":"online","device":"b","broker":"m","session":%d}`, i), false)
		payload, err := wire.Sign(wire.Vote("b", "shop"), key, fold.VoteSheet{Service: "shop", Epoch: 1, Sequence: uint64(i + 1)})
		if err != nil {
			t.Fatal(err)
		}
		a.heard(wire.Vote("b", "shop"), payload, false)
	}
	// What the allowances gave back meanwhile: a loaded machine takes its time for the flood.
	_, births := rates(fold.Heard{Birth: &fold.Birth{}})
	_, sheets := rates(fold.Heard{})
	most := births.burst + sheets.burst + (births.perSecond+sheets.perSecond)*a.Clock.Now().Since(began).Seconds()
	if n := float64(len(a.heards)); n < sheets.burst || n > most {
		t.Errorf("%v of %d messages would be folded and journaled, want no more than the peer's allowance of %.0f", n, 2*flood, most)
	}
	payload, err := wire.Sign(wire.Heartbeat("b"), key, fold.Beat{Epoch: 1, Sequence: flood + 1, Every: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	before := len(a.heards)
	if a.heard(wire.Heartbeat("b"), payload, false); len(a.heards) != before+1 {
		t.Error("the heartbeat is lost in the flood")
	}
	if n := len(a.events); n != 0 {
		t.Errorf("the flood takes %d places of our own parts' queue", n)
	}
}

func TestAllowanceComesBack(t *testing.T) {
	var a allowances
	birth := fold.Heard{Device: "b", Birth: &fold.Birth{}}
	now := firmware.Stamp{Boot: firmware.BootID{1}, Up: time.Hour}
	count := func() (taken, told int) {
		for range 100 {
			_, ok, tell := a.take(birth, now)
			if ok {
				taken++
			}
			if tell {
				told++
			}
		}
		return taken, told
	}
	if taken, told := count(); taken != 10 || told != 1 {
		t.Errorf("at first %d taken, said %d times that the rest is dropped; want 10 and once", taken, told)
	}
	now = now.Add(20 * time.Second)
	if taken, told := count(); taken != 4 || told != 0 {
		t.Errorf("20 s later %d taken, said %d times; want 4, and not again within a minute", taken, told)
	}
	if _, ok, _ := a.take(fold.Heard{Device: "c", Birth: &fold.Birth{}}, now); !ok {
		t.Error("one peer's flood silences another")
	}
}

func TestACommandThatIsNotTakenIsNotAccepted(t *testing.T) {
	a, _ := ear(t)
	for range queue {
		if err := a.command(fold.Command{}); err != nil {
			t.Fatal(err)
		}
	}
	if a.command(fold.Command{}) == nil {
		t.Error("the queue is full, but the command counts as accepted")
	}
}
