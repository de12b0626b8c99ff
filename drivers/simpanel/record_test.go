package simpanel_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"edgeprobe.io/drivers/simpanel"
	"pgregory.net/rapid"
)

// lines reads a record.
func lines(t interface{ Fatal(...any) }, b *bytes.Buffer) (all []simpanel.Line) {
	d := json.NewDecoder(bytes.NewReader(b.Bytes()))
	for d.More() {
		var l simpanel.Line
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// TestTheRecordKnowsEveryLease plays random calls and compares, all along, what the lamp does with what its record
// says that it does: never lit longer, and dark by its record at most a quarter of a second early.
func TestTheRecordKnowsEveryLease(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock, p := start()
		var b bytes.Buffer
		p.Record(&b)
		began := clock.t
		l := p.Lamp("x")
		var zero int64 = -1
		for range rapid.IntRange(1, 60).Draw(t, "calls") {
			clock.pass(time.Duration(rapid.IntRange(0, 1500).Draw(t, "pass")) * time.Millisecond)
			if rapid.IntRange(0, 5).Draw(t, "call") == 0 {
				_ = l.Off()
			} else {
				_ = l.Show(rapid.SampledFrom([]uint32{red, green}).Draw(t, "colour"), 0, 0, 0, time.Duration(rapid.IntRange(1, 4).Draw(t, "lease"))*time.Second)
			}
			all := lines(t, &b)
			if len(all) == 0 {
				continue
			}
			if zero < 0 {
				zero = all[0].At - clock.t.Sub(began).Microseconds()
			}
			last := all[len(all)-1]
			now := zero + clock.t.Sub(began).Microseconds()
			s := p.Snapshot()["x"]
			early := s.Until.Sub(clock.t).Microseconds() - (last.Until - now)
			if s.Lit() && (last.A != s.A || early < -1 || early >= 250_000) || !s.Lit() && last.Until > now {
				t.Fatalf("at %d the lamp is %+v, its record says %+v", now, s, last)
			}
		}
	})
}

func TestTheRecordHearsTheBuzzer(t *testing.T) {
	_, p := start()
	var b bytes.Buffer
	p.Record(&b)
	must(t, p.Buzzer().Sound([]time.Duration{time.Second, 200 * time.Millisecond}, true, 2*time.Second))
	must(t, p.Buzzer().Silence())
	all := lines(t, &b)
	if len(all) != 2 || all[0].Name != "buzzer" || len(all[0].Beats) != 2 || all[0].Beats[1] != 200 || !all[0].Repeat || all[1].Until != 0 {
		t.Errorf("the record: %+v", all)
	}
}

type full struct{ writes int }

func (f *full) Write([]byte) (int, error) { f.writes++; return 0, errors.New("no space left") }

func TestARecordThatFailsEnds(t *testing.T) {
	_, p := start()
	f := &full{}
	p.Record(f)
	for range 3 {
		must(t, p.Lamp("x").Show(red, 0, 0, 0, time.Second))
		must(t, p.Lamp("x").Off())
	}
	if f.writes != 1 {
		t.Errorf("%d writes to a full card", f.writes)
	}
}
