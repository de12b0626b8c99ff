package block

import (
	"math/rand/v2"
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

// uploads makes n results of a transaction of 7 steps, whose times jitter as those of steady do.
func uploads(n int) []Numbered {
	rnd := rand.New(rand.NewPCG(3, 4))
	us := func(mean float64) time.Duration {
		return time.Duration(max(mean+mean/20*rnd.NormFloat64(), 1)) * time.Microsecond
	}
	all := steady(n)
	for i := range all {
		r := &all[i].Result
		r.Check, r.Uplink, r.Phases, r.Took = firmware.CheckRef{Service: "api", Name: "upload"}, "eth0", firmware.Phases{}, 0
		for _, name := range []string{"create", "part-1", "lost", "where", "resume", "verify", "delete"} {
			s := firmware.Step{Name: name, Outcome: firmware.OutcomeOK, Status: 204,
				Phases: firmware.Phases{Resolve: us(2500), Connect: us(11000), TLS: us(14000), Wait: us(22000), Transfer: us(180)}}
			s.Took = s.Phases.Resolve + s.Phases.Connect + s.Phases.TLS + s.Phases.Wait + s.Phases.Transfer + us(250)
			r.Steps, r.Took = append(r.Steps, s), r.Took+s.Took
		}
	}
	return all
}

// TestStepsCostOnlyWhereTheyAre: a block without steps is as it was before there were any, to the byte; and a step
// costs what its five times need.
func TestStepsCostOnlyWhereTheyAre(t *testing.T) {
	without := steady(240)
	data, err := Encode(nil, without)
	if err != nil || data[0] != Version {
		t.Fatalf("version %d, %v", data[0], err)
	}
	stepped := uploads(240)
	if data, err = Encode(nil, stepped); err != nil || data[0] != VersionSteps {
		t.Fatalf("version %d, %v", data[0], err)
	}
	per := float64(len(data)) / float64(240*7)
	t.Logf("%.2f B/step", per)
	if per > 14 {
		t.Errorf("a step takes %.2f B", per)
	}
	mixed := append(steady(100), Numbered{Seq: 5000, Result: uploads(1)[0].Result})
	alone, err := Encode(nil, mixed[:100])
	if err != nil {
		t.Fatal(err)
	}
	if data, err = Encode(nil, mixed); err != nil || len(data)-len(alone) > 300 {
		t.Errorf("one transaction among 100 results costs %d bytes, %v", len(data)-len(alone), err)
	}
}

// TestOldBlocksAreRead: what was packed before there were steps.
func TestOldBlocksAreRead(t *testing.T) {
	got, err := Decode([]byte(firstBlock))
	if err != nil {
		t.Fatal(err)
	}
	if diff := equal(steady(3), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// firstBlock is steady(3) as the first version packed it.
const firstBlock = "\x01\x03\xe8\a\x02\x00\x05\tservice-0\x04edge\x04eth0\x05wwan0\x06origin\x03\x00\x02\xe1\x00\x02\x13\x01\x00\x01\x01\x02\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x81\t\x01\x04\xcb\x00q\x00\x81\t\x01\x80\ue26b\r\x81\t\x00\x00\x00\x00\x12\xff\xff\xa0\x00\xd2I\xeb|\xa1\xe7%\x1d\v\x9f\x1aP\xe6\x12\r\x1f\x87ay\xb1\x03\r?\x14G\xb3\x18\x03\x0f\x93\ni(Ha\b\xb3a\x12\x00\t\xd3\xf6\xa8\t\x81\t\x89\xe9\x11\x83)\x8d\xdd\xc39\x06\x82)\x81\t\x00\xcd\xe9\x83\x01\xf9\x88P\x8a"
