package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/wire"
)

// key is a device's key, the same in every run so that golden files hold.
func key(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

func names() *rapid.Generator[string] {
	return rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?`)
}

// words are sentences as people write them, in any script.
func words() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune(`aé "\<&`), unicode.Han, unicode.Punct), 0, 20, 80)
}

// ages are whole milliseconds, or none.
func ages() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		if rapid.Bool().Draw(t, "none") {
			return -1
		}
		return time.Duration(rapid.Int64Range(0, 30*86400*1000).Draw(t, "ms")) * time.Millisecond
	})
}

func ids(device string) *rapid.Generator[firmware.ID] {
	return rapid.Custom(func(t *rapid.T) firmware.ID {
		return firmware.ID{Device: device, Epoch: rapid.Uint64Range(1, 1<<53-1).Draw(t, "epoch"), Sequence: rapid.Uint64().Draw(t, "sequence")}
	})
}

func sheets(device string) *rapid.Generator[fold.VoteSheet] {
	return rapid.Custom(func(t *rapid.T) fold.VoteSheet {
		s := fold.VoteSheet{
			Service: names().Draw(t, "service"), Epoch: rapid.Uint64Range(1, 1<<53-1).Draw(t, "epoch"),
			Sequence: rapid.Uint64Range(0, 1<<53-1).Draw(t, "sequence"), Looked: rapid.Uint64Range(0, 1<<53-1).Draw(t, "looked"),
		}
		for i := range rapid.IntRange(0, 12).Draw(t, "votes") {
			v := fold.SheetVote{Age: ages().Draw(t, "age"), Vote: firmware.Vote{
				Target: firmware.Target{Service: s.Service}, Uplink: fmt.Sprintf("%s-%d", names().Draw(t, "uplink"), i),
				State:  rapid.SampledFrom([]firmware.VoteState{"none", "pending", "pass", "fail"}).Draw(t, "state"),
				Impact: rapid.SampledFrom([]firmware.Impact{0, 1, 2, 3}).Draw(t, "impact"), Recovering: rapid.Bool().Draw(t, "recovering"),
				ValidFor: max(0, ages().Draw(t, "valid")), Why: words().Draw(t, "why"),
			}}
			if rapid.Bool().Draw(t, "region") {
				v.Target.Region = names().Draw(t, "region name")
			}
			if rapid.Bool().Draw(t, "episode") {
				v.Episode = ids(device).Draw(t, "id")
			}
			s.Votes = append(s.Votes, v)
		}
		return s
	})
}

func beats() *rapid.Generator[fold.Beat] {
	return rapid.Custom(func(t *rapid.T) fold.Beat {
		b := fold.Beat{
			Epoch: rapid.Uint64Range(1, 1<<53-1).Draw(t, "epoch"), Sequence: rapid.Uint64Range(0, 1<<53-1).Draw(t, "sequence"),
			Every: time.Duration(rapid.Int64Range(1, 3600_000).Draw(t, "every")) * time.Millisecond,
			Clock: rapid.SampledFrom([]firmware.ClockQuality{"unknown", "estimated", "corrected", "synced"}).Draw(t, "clock"),
		}
		for i := range rapid.IntRange(0, 20).Draw(t, "stands") {
			s := fold.Stand{Service: fmt.Sprintf("%s-%d", names().Draw(t, "service"), i), Sequence: rapid.Uint64Range(0, 1<<53-1).Draw(t, "of")}
			if n := rapid.IntRange(0, 4).Draw(t, "ages"); n > 0 {
				s.Ages = rapid.SliceOfN(ages(), n, n).Draw(t, "age")
			}
			b.Stands = append(b.Stands, s)
		}
		return b
	})
}

func TestSignedSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		device := names().Draw(t, "device")
		sheet, beat := sheets(device).Draw(t, "sheet"), beats().Draw(t, "beat")
		ack := fold.Ack{Service: names().Draw(t, "of"), Incident: ids("x").Draw(t, "incident"), By: words().Draw(t, "by")}
		for _, c := range []struct {
			topic string
			v     any
			want  fold.Heard
		}{
			{wire.Vote(device, sheet.Service), sheet, fold.Heard{Device: device, Votes: &sheet}},
			{wire.Heartbeat(device), beat, fold.Heard{Device: device, Beat: &beat}},
			{wire.Ack(device, ack.Service), ack, fold.Heard{Device: device, Ack: &ack}},
		} {
			payload, err := wire.Sign(c.topic, key(1), c.v)
			if err != nil {
				t.Fatal(err)
			}
			got, err := wire.Open(c.topic, payload, public(key(1)))
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Fatalf("%s: %v (-want +got)\n%s\n%s", c.topic, err, diff, payload)
			}
		}
	})
}

// sample is a sheet as a failing device signs it.
func sample() fold.VoteSheet {
	now := firmware.Stamp{Boot: firmware.BootID{7}, Up: time.Hour}
	return fold.VoteSheet{Service: "api", Epoch: 0x1badcafe, Sequence: 41, Looked: 3, Votes: []fold.SheetVote{
		{Age: 80*time.Millisecond + time.Microsecond, Vote: firmware.Vote{
			Target: firmware.Target{Service: "api", Region: "eu"}, Uplink: "eth0", State: firmware.VoteFail, Impact: firmware.ImpactDown,
			Since: now.Add(-700 * time.Millisecond), Evidence: now, ValidFor: 2500 * time.Millisecond,
			Episode: firmware.ID{Device: "berlin", Epoch: 0x1badcafe, Sequence: 40}, Why: "status 503, want 200",
		}},
		{Age: -1, Vote: firmware.Vote{Target: firmware.Target{Service: "api"}, Uplink: "wwan0", State: firmware.VoteNone}},
	}}
}

func TestNoStampCrosses(t *testing.T) {
	topic := wire.Vote("berlin", "api")
	payload, err := wire.Sign(topic, key(1), sample())
	if err != nil {
		t.Fatal(err)
	}
	h, err := wire.Open(topic, payload, public(key(1)))
	if err != nil {
		t.Fatal(err)
	}
	v := h.Votes.Votes[0]
	if !v.Since.Zero() || !v.Evidence.Zero() {
		t.Errorf("stamps of the sender arrived: since %v, evidence %v", v.Since, v.Evidence)
	}
	if v.Age != 81*time.Millisecond {
		t.Errorf("age = %v, want it rounded up to 81ms", v.Age)
	}
	if h.Votes.Votes[1].Age >= 0 {
		t.Errorf("a vote without evidence arrived with age %v", h.Votes.Votes[1].Age)
	}
}

func TestSignKeepsTheLimit(t *testing.T) {
	s := fold.VoteSheet{Service: "api", Epoch: 1}
	for i := range wire.MaxVotes {
		s.Votes = append(s.Votes, fold.SheetVote{Vote: firmware.Vote{
			Uplink: fmt.Sprintf("uplink-%d", i), State: firmware.VotePass, Why: strings.Repeat("\x00", 500),
		}})
	}
	topic := wire.Vote("berlin", "api")
	payload, err := wire.Sign(topic, key(1), s)
	if err != nil || len(payload) > wire.MaxSigned {
		t.Fatalf("%d bytes, %v", len(payload), err)
	}
	if _, err := wire.Open(topic, payload, public(key(1))); err != nil {
		t.Error(err)
	}
	s.Votes = append(s.Votes, fold.SheetVote{Vote: firmware.Vote{Uplink: "one-more", State: firmware.VotePass}})
	if _, err := wire.Sign(topic, key(1), s); err == nil {
		t.Error("65 votes were signed")
	}
}

func TestSignMendsBrokenText(t *testing.T) {
	s := sample()
	s.Votes[0].Why = strings.Repeat("\xff", 1000)
	topic := wire.Vote("berlin", "api")
	payload, err := wire.Sign(topic, key(1), s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.Open(topic, payload, public(key(1))); err != nil {
		t.Error("a device's own words were rejected by its peers:", err)
	}
	hostile := `{"device":"berlin","epoch":9,"sequence":1,"service":"api","votes":[{"uplink":"eth0","state":"fail","valid_for_ms":1,"why":"a\u001b[2Jb"}]}`
	h, err := wire.Open(topic, signRaw(topic, hostile), public(key(1)))
	if err != nil || h.Votes.Votes[0].Why != "a [2Jb" {
		t.Errorf("a peer's control characters came through: %+v, %v", h.Votes, err)
	}
}

func TestStatusIsABirth(t *testing.T) {
	payload, err := wire.EncodeStatus(status(), firmware.Stamp{}, clock{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := wire.Open(wire.Status("berlin"), payload, nil)
	want := fold.Heard{Device: "berlin", Birth: &fold.Birth{Online: true, Broker: "main", Session: 12}}
	if diff := cmp.Diff(want, h); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if _, err := wire.Open(wire.Status("newyork"), payload, nil); err == nil {
		t.Error("berlin's status was taken for newyork's")
	}
}

func FuzzOpen(f *testing.F) {
	for topic, v := range map[string]any{
		wire.Vote("berlin", "api"): sample(), wire.Heartbeat("berlin"): fold.Beat{Epoch: 1, Every: time.Second},
		wire.Ack("berlin", "api"): fold.Ack{Service: "api", Incident: firmware.ID{Device: "x", Epoch: 1, Sequence: 1}},
	} {
		payload, err := wire.Sign(topic, nil, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(topic, string(payload[len(`{"signed":`):len(payload)-1]))
	}
	f.Add(wire.Status("berlin"), `{"state":"online","device":"berlin"}`)
	f.Fuzz(func(t *testing.T, topic, raw string) {
		if _, err := wire.Open(topic, []byte(raw), public(key(1))); err == nil && !strings.HasSuffix(topic, "/status") {
			t.Fatalf("opened without a signature: %q", raw)
		}
		h, err := wire.Open(topic, signRaw(topic, raw), public(key(1)))
		if err != nil || h.Birth != nil {
			return
		}
		again(t, topic, h)
	})
}

// again signs what was opened and expects the same from opening that.
func again(t *testing.T, topic string, h fold.Heard) {
	t.Helper()
	var v any
	switch {
	case h.Votes != nil:
		v = *h.Votes
	case h.Beat != nil:
		v = *h.Beat
	case h.Ack != nil:
		v = *h.Ack
	}
	payload, err := wire.Sign(topic, key(1), v)
	if err != nil {
		t.Fatalf("opened but not signed again: %v", err)
	}
	h2, err := wire.Open(topic, payload, public(key(1)))
	if diff := cmp.Diff(h, h2); err != nil || diff != "" {
		t.Fatalf("%v (-first +second)\n%s", err, diff)
	}
}
