package feed

import (
	"fmt"
	"testing"

	"edgeprobe.io/firmware/feed/mosquittotest"
	"edgeprobe.io/firmware/wire"
)

// TestPeersAreHeardInOrder: a sheet that comes after the heartbeat which stands by it counts only at the next one.
func TestPeersAreHeardInOrder(t *testing.T) {
	m := mosquittotest.Start(t)
	r := newRig(t, Broker{URL: m.URL()})
	r.deps.Subscribe = wire.Subscriptions("newyork")
	r.run().connected(1)
	speaker := watch(t, m, "nobody", false)
	const n = 4000
	for i := range n {
		topic := []string{wire.Vote("newyork", "shop"), wire.Heartbeat("newyork")}[i%2]
		speaker.Publish(topic, 0, false, fmt.Sprint(i))
	}
	eventually(t, "all are heard", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return len(r.heard) >= n })
	r.locked(func() {
		for i, h := range r.heard {
			var got int
			if _, err := fmt.Sscanf(h[len("edgeprobe/v1/newyork/"):], "%s %d", new(string), &got); err != nil || got != i {
				t.Fatalf("heard as number %d: %s", i, h)
			}
		}
	})
	r.end()
}
