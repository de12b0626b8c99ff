package agent

import (
	"sync"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// rate is how much of a kind of message a peer may say: so much at once, and so much per second in the long run.
type rate struct{ burst, perSecond float64 }

// rates are far above what a sound device says: at worst every service of it changes its vote a few times within
// seconds. What is beyond would only wear the card and push the evidence of weeks out of the journal.
func rates(h fold.Heard) (kind string, r rate) {
	switch {
	case h.Birth != nil: // unsigned: whoever may write the topic can say it
		return "births", rate{10, 0.2}
	case h.Beat != nil:
		return "heartbeats", rate{20, 2}
	}
	return "votes and acknowledgements", rate{1000, 5}
}

// allowances bound what is believed of each peer; the zero value is ready. Safe for concurrent use.
type allowances struct {
	mu    sync.Mutex
	spent map[spender]*bucket
}

type spender struct{ device, kind string }

// bucket is what a spender has used of its burst, which drains with time.
type bucket struct {
	level float64
	at    firmware.Stamp
	told  firmware.Stamp // when somebody was last told that it is full
}

// tellEvery is how often a peer that says too much is worth a line in the log.
const tellEvery = time.Minute

// take reports whether h may be folded now. When not, tell says that it is time to say so.
func (a *allowances) take(h fold.Heard, now firmware.Stamp) (kind string, ok, tell bool) {
	kind, r := rates(h)
	a.mu.Lock()
	defer a.mu.Unlock()
	key := spender{h.Device, kind}
	b := a.spent[key]
	if b == nil {
		if a.spent == nil {
			a.spent = map[spender]*bucket{}
		}
		b = &bucket{at: now}
		a.spent[key] = b
	}
	if passed := now.Since(b.at); passed > 0 {
		b.level, b.at = max(0, b.level-passed.Seconds()*r.perSecond), now
	}
	if b.level+1 <= r.burst {
		b.level++
		return kind, true, false
	}
	if tell = now.Since(b.told) > tellEvery; tell {
		b.told = now
	}
	return kind, false, tell
}
