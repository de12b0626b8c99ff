package delays

import (
	"context"
	"net"
	"sync"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/agent"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/scripts/rig"
)

// run is a run of a prober: what it measured, and through which ports, so that what was injected can be found.
type run struct {
	result     firmware.Result
	begin, end time.Duration // by mono
	udp, tcp   uint16        // the device's ports; 0: none was opened
}

// witness collects the runs of a device.
type witness struct {
	mu   sync.Mutex
	runs []run
}

// watched is a prober whose runs are collected. Its sockets are the uplink's own, untouched: the measurement is as it is
// without.
type watched struct {
	agent.Prober
	witness *witness
	now     run // for one run at a time, as the prober is
}

func (w *witness) make(_ firmware.Check, via probe.Via, make rig.Maker) (agent.Prober, error) {
	p := &watched{witness: w}
	dial, listen := via.Dial, via.ListenPacket
	via.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err == nil && network == "tcp" {
			p.now.tcp = uint16(c.LocalAddr().(*net.TCPAddr).Port)
		}
		return c, err
	}
	via.ListenPacket = func(ctx context.Context, network, address string) (net.PacketConn, error) {
		c, err := listen(ctx, network, address)
		if err == nil {
			p.now.udp = uint16(c.LocalAddr().(*net.UDPAddr).Port)
		}
		return c, err
	}
	inner, err := make(via)
	p.Prober = inner
	return p, err
}

// Do runs the prober.
func (p *watched) Do(ctx context.Context) firmware.Result {
	p.now = run{begin: mono()}
	p.now.result = p.Prober.Do(ctx)
	p.now.end = mono()
	p.witness.mu.Lock()
	defer p.witness.mu.Unlock()
	p.witness.runs = append(p.witness.runs, p.now)
	return p.now.result
}
