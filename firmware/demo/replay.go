package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The services of the replay.
const (
	MainService    = "shop"     // goes down
	MaskedService  = "recorder" // its script looks alive, from the edges' caches
	UploadsService = "uploads"  // breaks off
)

// How long the replay waits for what must happen by itself.
const (
	settleWithin = 45 * time.Second // both devices started, and up on every service
	outlast      = 6 * time.Second  // how much longer the eu edge fails than the account
	hiccup       = 4 * time.Second  // how long the eu edge alone fails before that
)

// step is one line of the scenario: what is done, and how long after the step before.
type step struct {
	after time.Duration
	calm  bool // wait until everything is up again, then for after
	say   string
	do    func(*Replay)
}

// scenario is 22 January 2025, an hour of it in half a minute.
func scenario() []step {
	return []step{
		{2 * time.Second, false, "the eu edge hiccups: berlin alone sees it, and one site alone proves nothing", func(r *Replay) {
			r.arc.Hiccup = time.Now()
			r.timeline.zero(r.arc.Hiccup)
			r.world.hiccup("eu", hiccup)
		}},
		{2 * time.Second, true, "a quick edit to the cloud account: access is cut off", func(r *Replay) {
			r.arc.Cut = time.Now()
			r.timeline.zero(r.arc.Cut)
			r.world.Account.Revoke()
		}},
		{15 * time.Second, false, "the fix: the account has its access back; the eu edge does not know yet", func(r *Replay) {
			r.arc.Ended = r.endings(time.Now())
			r.world.Account.Restore(map[string]time.Duration{"eu": outlast})
		}},
		{outlast, false, "the eu edge is good again", func(*Replay) {}},
	}
}

// Replay plays the scenario on a world while the diary fills.
type Replay struct {
	world    *World
	diary    *Diary
	timeline *Timeline
	arc      Arc
}

// NewReplay makes a replay that says on the timeline what it does.
func NewReplay(w *World, d *Diary, t *Timeline) *Replay {
	return &Replay{world: w, diary: d, timeline: t}
}

// Once waits until both devices are up on every service, plays the scenario once, waits until they are up again,
// or too late for it, and rules on it. An error means that it could not be played.
func (r *Replay) Once(ctx context.Context) (Ruling, error) {
	r.arc = Arc{Devices: deviceNames(), Main: MainService, Masked: MaskedService, Interval: calmInterval}
	if !r.allUp(ctx, settleWithin) {
		return Ruling{}, r.unsettled(ctx)
	}
	r.arc.Began = time.Now()
	r.timeline.Say("both devices are up on every service")
	for _, s := range scenario() {
		if s.calm && !r.settle(ctx) {
			return Ruling{}, r.unsettled(ctx)
		}
		if !pause(ctx, s.after) {
			return Ruling{}, ctx.Err()
		}
		s.do(r)
		r.timeline.Say(s.say)
	}
	r.allUp(ctx, upWithin+time.Second)
	if ctx.Err() != nil {
		return Ruling{}, ctx.Err()
	}
	return Judge(r.arc, r.diary.All()), nil
}

// settle waits until the hiccup is over and everything is up again.
func (r *Replay) settle(ctx context.Context) bool {
	return pause(ctx, hiccup) && r.allUp(ctx, settleWithin)
}

// endings says when each device's part of the effect ends, when the fix is made at t.
func (r *Replay) endings(t time.Time) map[string]time.Time {
	ended := map[string]time.Time{}
	for _, d := range devices() {
		ended[d.ID] = t
		if d.Region == "eu" {
			ended[d.ID] = t.Add(outlast)
		}
	}
	return ended
}

// allUp waits until every device is up on every service.
func (r *Replay) allUp(ctx context.Context, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return r.diary.Wait(ctx, func(ms []Moment) bool { return len(notUp(ms)) == 0 })
}

func (r *Replay) unsettled(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.New("the devices did not settle within " + settleWithin.String() + ": " +
		strings.Join(notUp(r.diary.All()), ", "))
}

// notUp lists what is not up, as "device service status".
func notUp(ms []Moment) []string {
	last := latest(ms)
	var out []string
	for _, d := range deviceNames() {
		for _, s := range []string{MainService, MaskedService, UploadsService} {
			status, heard := last[[2]string{d, s}]
			if !heard {
				status = "not heard of"
			}
			if status != up {
				out = append(out, fmt.Sprintf("%s %s %s", d, s, status))
			}
		}
	}
	return out
}
