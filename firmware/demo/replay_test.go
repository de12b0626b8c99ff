package demo

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// office stands for the two devices: it says what they would, whenever the replay says what it does.
type office struct {
	diary  *Diary
	number int
}

func (o *office) all(service, status, impact string) {
	for _, d := range deviceNames() {
		o.number++
		o.diary.Add(Moment{time.Now(), fmt.Sprintf("%s/1/%d", d, o.number), d, service, status, impact, ""})
	}
}

// hear reacts to a line of the timeline; what sabotages it is left out.
func (o *office) hear(line, sabotage string) {
	say := func(service, status, impact string) {
		if status != sabotage {
			o.all(service, status, impact)
		}
	}
	switch {
	case strings.Contains(line, "hiccups"):
		o.all(MainService, suspected, down)
		o.all(MainService, up, "")
	case strings.Contains(line, "cut off"):
		for _, status := range []string{suspected, confirmed} {
			say(MainService, status, down)
			say(MaskedService, status, masked)
			say(UploadsService, status, down)
		}
	case strings.Contains(line, "good again"):
		for _, service := range []string{MainService, MaskedService, UploadsService} {
			say(service, recovering, "")
			say(service, up, "")
		}
	}
}

func play(t *testing.T, ctx context.Context, settled bool, sabotage string) (Ruling, error) {
	t.Helper()
	o := &office{diary: NewDiary(nil)}
	if settled {
		for _, service := range []string{MainService, MaskedService, UploadsService} {
			o.all(service, up, "")
		}
	}
	w := &World{Account: NewAccount()}
	r := NewReplay(w, o.diary, NewTimeline(func(line string) { o.hear(line, sabotage) }))
	ruling, err := r.Once(ctx)
	if period, _ := w.Account.state(); err == nil && period.Err() != nil {
		t.Error("the account is still cut off after the replay")
	}
	return ruling, err
}

func TestReplay(t *testing.T) {
	for _, tc := range []struct {
		sabotage string
		took     time.Duration
		ok       bool
	}{
		{"", 29 * time.Second, true},
		{suspected, 29 * time.Second, false},
		{confirmed, 29 * time.Second, false},
		{recovering, 29 * time.Second, false},
		{up, 45 * time.Second, false}, // it waits until up would be too late
	} {
		t.Run("without "+tc.sabotage, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				r, err := play(t, t.Context(), true, tc.sabotage)
				if err != nil || r.OK() != tc.ok || len(r.Findings) != 2 {
					t.Errorf("ruling %+v, error %v", r, err)
				}
				if took := time.Since(began); took != tc.took {
					t.Errorf("it took %v, want %v", took, tc.took)
				}
			})
		})
	}
}

func TestReplaySaysWhoDidNotSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := play(t, t.Context(), false, "")
		if err == nil || !strings.Contains(err.Error(), "berlin recorder not heard of") {
			t.Errorf("error %v", err)
		}
	})
}

func TestReplayStopsWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		if _, err := play(t, ctx, true, ""); err == nil {
			t.Error("a replay that was stopped gave a ruling")
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("it stopped after %v", took)
		}
	})
}
