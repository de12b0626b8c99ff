package delays

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"sync"
	"time"
)

// The server's ports, by which a packet's direction is told.
const (
	portDNS   = 53
	portHTTPS = 443
)

// Range is what delays are drawn from: as many between 1 and 10 ms as between 100 ms and 1 s.
type Range struct {
	Least time.Duration `json:"least"`
	Most  time.Duration `json:"most"`
}

func (r Range) draw() (d [phases]time.Duration) {
	for i := range d {
		d[i] = time.Duration(float64(r.Least) * math.Pow(float64(r.Most)/float64(r.Least), rand.Float64()))
	}
	return d
}

// between is the network device: it passes packets on, late, and tells what it did.
type between struct {
	tun   io.ReadWriter
	delay Range
	told  *json.Encoder // of truths

	mu    sync.Mutex
	flows map[key]*held
}

type key struct {
	protocol byte
	port     uint16 // the device's
}

// held is a flow and its packets that wait, in their order.
type held struct {
	*flow
	queue []waiting
}

type waiting struct {
	packet
	ends phase
	raw  []byte
}

// pass passes packets on until the device is closed.
func (b *between) pass() error {
	raw := make([]byte, 1<<16)
	for {
		n, err := b.tun.Read(raw)
		if errors.Is(err, os.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read network device: %w", err)
		}
		now := mono()
		p, ok := parse(raw[:n])
		if !ok {
			continue // IPv6 looks for a router
		}
		mirror(raw)
		if p.to == portDNS || p.to == portHTTPS {
			b.up(p, raw[:n], now)
		} else {
			b.down(p, raw[:n], now)
		}
	}
}

// up passes a packet of the device on at once.
func (b *between) up(p packet, raw []byte, now time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := key{p.protocol, p.from}
	f := b.flows[k]
	if p.protocol == udp || p.flags&syn != 0 && (f == nil || f.origin != p.seq) {
		f = &held{flow: begin(p, now, b.delay.draw())}
		b.flows[k] = f
	}
	if f != nil {
		f.sent(p, now)
		b.end(k, f, p)
	}
	b.write(raw)
}

// down passes a packet of the server on when its time has come.
func (b *between) down(p packet, raw []byte, now time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := key{p.protocol, p.to}
	f := b.flows[k]
	if f == nil { // of a connection that is over
		b.write(raw)
		return
	}
	v := f.came(p, now)
	switch {
	case v.drop:
	case v.free:
		b.write(raw)
	default:
		f.queue = append(f.queue, waiting{p, v.ends, append([]byte(nil), raw...)})
		time.AfterFunc(v.at-mono(), func() { b.release(k, f) })
	}
}

// release lets go of the packet of a flow that has waited longest.
func (b *between) release(k key, f *held) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := f.queue[0]
	f.queue = f.queue[1:]
	f.released(w.ends, mono())
	b.write(w.raw)
	b.end(k, f, w.packet)
}

// end tells what was injected into a flow that is over, once.
func (b *between) end(k key, f *held, p packet) {
	if f.done(p) && b.flows[k] == f {
		delete(b.flows, k)
		_ = b.told.Encode(f.truth) // who does not listen any more has ended
	}
}

// write hands a packet to the kernel. One that it does not take is lost, as on any network.
func (b *between) write(raw []byte) { _, _ = b.tun.Write(raw) }
