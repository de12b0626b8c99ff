package agent

import (
	"errors"
	"fmt"

	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/store"
)

// recalled is how many stored transitions the page begins with: as many as it shows.
const recalled = 50

// recall gives the page the newest stored transitions, so that what led to the present state can be read after a
// restart as well. Without them the device works all the same.
func (a *Agent) recall() {
	_, last := a.Store.Last()
	ts, err := a.Store.Transitions(last-min(last, recalled), recalled)
	if err != nil {
		a.Log.Warn("the page begins without what happened before", "error", err)
	}
	a.page.Recall(ts)
}

// restore folds the newest checkpoint and everything after it, so that the device goes on where it was. A
// checkpoint that cannot be read is left out: the older journal then tells.
func (a *Agent) restore() error {
	points, err := a.Store.Checkpoints()
	if err != nil {
		return fmt.Errorf("read checkpoints: %w", err)
	}
	var after uint64
	for i := len(points) - 1; i >= 0; i-- {
		s, err := fold.Unmarshal(points[i].State)
		if err == nil {
			a.state, after = s, points[i].Seq
			break
		}
		a.Log.Warn("a checkpoint cannot be read, an older one serves", "event", points[i].Seq, "error", err)
	}
	for e, err := range a.Store.Events(after) {
		if errors.Is(err, store.ErrGap) {
			a.Log.Warn("the journal has a gap: the state goes on from what is before it", "event", a.state.Seq, "error", err)
			a.gap = true
			break
		}
		if err != nil {
			return fmt.Errorf("read the journal after event %d: %w", after, err)
		}
		a.state, _ = fold.Step(a.state, e)
	}
	// Numbers never come twice, whatever the state remembers.
	event, transition := a.Store.Last()
	a.state.Seq, a.state.Transitions = max(a.state.Seq, event), max(a.state.Transitions, transition)
	a.saved = a.state
	return nil
}
