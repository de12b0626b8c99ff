package delays

import "time"

// least is the smallest payload that belongs to a flight or an answer: what is smaller is an alert of TLS.
const least = 64

// flow follows one question of DNS or one connection as its packets come by. It never reads a clock.
type flow struct {
	truth
	draw   [phases]time.Duration // what is to be injected
	stage  stage
	began  [phases]time.Duration // when the packet that asks came by
	first  time.Duration         // when the first packet of the answer is to be let go; 0: none came yet
	latest time.Duration         // when the newest packet held is to be let go: none overtakes it
	up     uint32                // the next sequence number of the device
	down   uint32                // and of the server
	origin uint32                // the SYN's
}

// stage is how far a flow has come.
type stage int

const (
	asking   stage = iota // the question or the SYN came by
	opened                // the SYN-ACK came by
	greeted               // the ClientHello came by
	welcomed              // the server's flight came by
	asked                 // the request came by
)

// begin returns the flow that begins with a packet of the device.
func begin(p packet, now time.Duration, draw [phases]time.Duration) *flow {
	f := &flow{truth: truth{Protocol: p.protocol, Port: p.from, At: now}, draw: draw, up: p.seq + 1, origin: p.seq}
	f.began[resolve], f.began[connect] = now, now
	return f
}

// sent notes a packet of the device, which passes at once.
func (f *flow) sent(p packet, now time.Duration) {
	if f.Protocol != tcp || p.payload == 0 || int32(p.seq-f.up) < 0 { // one that is sent again says nothing new
		return
	}
	f.up = p.seq + uint32(p.payload)
	switch f.stage {
	case opened:
		f.stage, f.began[secure] = greeted, now
	case welcomed, asked:
		if f.first == 0 {
			f.stage, f.began[wait] = asked, now
		}
	}
}

// verdict is what becomes of a packet of the server.
type verdict struct {
	drop bool
	free bool          // it passes at once, before what is held
	at   time.Duration // else when it is let go
	ends phase         // the phase that ends with it; phases: none
}

// came says what becomes of a packet of the server.
func (f *flow) came(p packet, now time.Duration) verdict {
	if f.Protocol == udp {
		return f.hold(now+f.draw[resolve], resolve)
	}
	if p.flags&syn != 0 {
		if f.stage != asking {
			return verdict{drop: true} // sent again, because it is held
		}
		f.stage, f.down = opened, p.seq+1
		return f.hold(now+f.draw[connect], connect)
	}
	switch length := int32(p.payload); {
	case p.flags&rst != 0, length == 0 && p.flags&fin == 0:
		return verdict{free: true}
	case int32(p.seq-f.down) < 0:
		return verdict{drop: true}
	default:
		f.down = p.seq + uint32(length)
	}
	switch {
	case p.payload < least:
		return f.hold(now, phases)
	case f.stage == greeted || f.stage == welcomed:
		f.stage = welcomed
		return f.hold(now+f.draw[secure], secure)
	case f.stage == asked && f.first == 0:
		v := f.hold(now+f.draw[wait], wait)
		f.first = v.at
		return v
	case f.stage == asked:
		return f.hold(max(now, f.first+f.draw[transfer]), transfer)
	}
	return f.hold(now, phases)
}

// hold keeps packets in their order.
func (f *flow) hold(until time.Duration, ends phase) verdict {
	f.latest = max(f.latest, until)
	return verdict{at: f.latest, ends: ends}
}

// released notes when a packet that was held was really let go.
func (f *flow) released(ends phase, now time.Duration) {
	if ends == phases {
		return
	}
	f.Injected[ends] = now - f.began[ends]
	if ends == wait {
		f.began[transfer] = now
	}
}

// done reports whether all there is to know of the flow is known, when a packet p came by or was let go.
func (f *flow) done(p packet) bool {
	if f.Protocol == udp {
		return f.Injected[resolve] > 0
	}
	return f.Injected[transfer] > 0 && p.flags&(fin|rst) != 0
}
