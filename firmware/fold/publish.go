package fold

import (
	"hash/fnv"
	"reflect"
	"slices"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/quorum"
)

const maxVotes = 64 // of one sheet

var zeroPlace quorum.Place

// tell makes the transitions and publications of what changed on a service.
func (w *work) tell(name string, before Service, svc *Service) {
	spoke := false
	for i := range svc.Votes {
		now, old := svc.Votes[i], find(before.Votes, svc.Votes[i].Target, svc.Votes[i].Uplink)
		if old.State == now.State && old.Impact == now.Impact && old.Recovering == now.Recovering && old.Flapping == now.Flapping && old.Episode == now.Episode {
			continue
		}
		spoke = true
		if now.State == firmware.VotePending && old.State != firmware.VotePending {
			w.effects = append(w.effects, Prove{now.Uplink})
		}
		w.transition(Transition{
			Kind: "vote", Subject: name + "/" + now.Uplink, From: voteWord(old), To: voteWord(now), Vote: &now, Why: now.Why,
		})
	}
	if w.concluded(*svc) {
		svc.Looking, svc.Looked, spoke = svc.Quorum.Opened, svc.Looked+1, true
	}
	if spoke {
		w.sheetOut(name, svc)
	}
	w.tellDecision(name, before.Decision, svc.Decision)
}

func voteWord(v firmware.Vote) string {
	switch {
	case v.Flapping:
		return "fail, flapping"
	case v.Recovering:
		return "fail, good again"
	case v.Impact != firmware.ImpactNone:
		return string(v.State) + ", " + v.Impact.String()
	}
	return string(v.State)
}

// concluded reports whether the look at the present suspicion has just been answered by every unmetered uplink.
func (w *work) concluded(svc Service) bool {
	opened := svc.Quorum.Opened
	if opened.Zero() || svc.Looking == opened {
		return false
	}
	some := false
	for _, v := range svc.Votes {
		if w.facts.uplink(v.Uplink).Metered || v.State == firmware.VoteNone {
			continue
		}
		if v.State == firmware.VotePending || !v.Evidence.After(opened) {
			return false
		}
		some = true
	}
	return some
}

// sheetOut publishes everything this device says of a service.
func (w *work) sheetOut(name string, svc *Service) {
	w.Sheets++
	svc.Sheet = w.Sheets
	sheet := &VoteSheet{Service: name, Epoch: w.Epoch, Sequence: w.Sheets, Looked: svc.Looked}
	for _, v := range svc.Votes {
		sheet.Votes = append(sheet.Votes, SheetVote{Vote: v, Age: w.age(v)})
	}
	w.effects = append(w.effects, Publication{Sheet: sheet})
}

// age returns how old a vote's evidence is; negative when there is none.
func (w *work) age(v firmware.Vote) time.Duration {
	if v.State == firmware.VoteNone || v.Evidence.Zero() {
		return -1
	}
	return w.Now.Since(v.Evidence)
}

// tellDecision makes a transition of a decision that reads differently, and publishes one that stands on others.
func (w *work) tellDecision(name string, old, now firmware.Decision) {
	if old.Status == "" {
		old.Status = firmware.StatusUnknown
	}
	differs := reads(old, now)
	if differs {
		d := now
		w.transition(Transition{Kind: "decision", Subject: name, From: string(old.Status), To: string(now.Status), Decision: &d, Why: now.Why})
		w.changed()
	}
	if differs || old.Digest != now.Digest || old.Witnesses != now.Witnesses || old.FullView != now.FullView {
		d := now
		w.effects = append(w.effects, Publication{Decision: &d})
		w.changed()
	}
}

// reads reports whether a person would read two decisions differently. What the last word on an incident still
// names is no news when the next decision leaves it out.
func reads(old, now firmware.Decision) bool {
	if old.Status == firmware.StatusUp && now.Status == firmware.StatusUp {
		return false
	}
	return old.Status != now.Status || old.Impact != now.Impact || old.Incident != now.Incident ||
		old.AckedBy != now.AckedBy || old.Unobserved.Zero() != now.Unobserved.Zero() ||
		!reflect.DeepEqual(old.Scope, now.Scope) || old.Regions != nil && !slices.Equal(old.Regions, now.Regions)
}

// beat publishes a heartbeat when it is due: every sheet this device stands by, and how old its evidence is.
func (w *work) beat() {
	if w.Set.BeatEvery <= 0 || w.BeatDue.Zero() || w.BeatDue.After(w.Now) {
		return
	}
	w.BeatDue = w.Now.Add(w.Set.BeatEvery)
	w.Sheets++
	b := &Beat{Epoch: w.Epoch, Sequence: w.Sheets, Every: w.Set.BeatEvery, Clock: w.Clock.Quality}
	for _, name := range w.Set.Services {
		svc := w.Services[name]
		if svc.Sheet == 0 {
			continue
		}
		st := Stand{Service: name, Sequence: svc.Sheet}
		for _, v := range svc.Votes {
			st.Ages = append(st.Ages, w.age(v))
		}
		b.Stands = append(b.Stands, st)
	}
	w.effects = append(w.effects, Publication{Beat: b})
}

// beatWithin brings the next beat forward.
func (w *work) beatWithin(d time.Duration) {
	if due := w.Now.Add(d); w.BeatDue.After(due) {
		w.BeatDue = due
	}
}

// jitter spreads the answers of a fleet over two seconds, the same for the same device.
func jitter(device string) time.Duration {
	h := fnv.New32a()
	h.Write([]byte(device))
	return time.Duration(h.Sum32()%2000) * time.Millisecond
}
