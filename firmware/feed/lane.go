package feed

import (
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// flight is a message published over this connection and not yet acknowledged.
type flight struct {
	item   Item   // when of a class
	letter letter // when not
	token  mqtt.Token
	sent   time.Time
}

// lane is one class of messages over one connection, acknowledged in the order published.
type lane struct {
	class   Class // "" for letters
	window  int   // how many may be in flight
	bytes   int   // how many bytes may be in flight before the next; 0: any
	flying  []flight
	waiting []Item // fetched and not published
	dry     bool   // the backlog had nothing more when asked last
	skipped bool   // something could not be published beside what is flying; ask again after an acknowledgement
	seen    uint64 // commits known of when asked last
}

// head is closed when the oldest flight has landed or failed; nil when nothing flies.
func (q *lane) head() <-chan struct{} {
	if len(q.flying) == 0 {
		return nil
	}
	return q.flying[0].token.Done()
}

// room reports whether one more may fly.
func (q *lane) room() bool {
	if q.bytes == 0 {
		return len(q.flying) < q.window
	}
	bytes := 0
	for _, f := range q.flying {
		bytes += len(f.item.Payload)
	}
	return len(q.flying) < q.window && bytes < q.bytes
}

// pop removes the oldest flight.
func (q *lane) pop() flight {
	f := q.flying[0]
	q.flying = q.flying[1:]
	return f
}

// overlaps reports whether any of i's numbers is in flight: the backlog may cut its blocks anew.
func (q *lane) overlaps(i Item) bool {
	for _, f := range q.flying {
		if i.First <= f.item.Last && f.item.First <= i.Last {
			return true
		}
	}
	return false
}
