package wires

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// The kernel has no netem here, so frames are delayed by hand: a packet socket hears each frame where it arrives, a
// rule drops it there, and when its time has come it is sent again from the other end, this time with a source
// address that the rule lets through. ARP and neighbour discovery state addresses of their own and stay right.

// lateSource is the hardware address of frames that have been delayed: locally administered, nobody else's.
const lateSource = "02:1a:b0:1a:7e:00"

// maxLate is how many frames may wait per direction; more are lost, as in a full buffer.
const maxLate = 4096

// Delay makes frames arrive later, by d and up to jitter more, each on its own: with jitter they may overtake.
func (n *Net) Delay(ctx context.Context, link string, w Way, d, jitter time.Duration) (Undo, error) {
	if d < 0 || jitter < 0 || d+jitter <= 0 || d+jitter > time.Minute {
		return nil, fmt.Errorf("link %s: a delay of %v to %v is not within 0 to 1 minute", link, d, d+jitter)
	}
	return n.each(ctx, link, w, func(from, to End) (Undo, error) {
		l, err := n.openLate(from, to, d, jitter)
		if err != nil {
			return nil, err
		}
		screen, err := n.screen(ctx, to, "ether saddr != "+lateSource+" drop\n")
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		run, stop := context.WithCancel(context.Background())
		var g errgroup.Group
		g.Go(func() error { return l.run(run) })
		return func(ctx context.Context) error {
			stop()
			return errors.Join(screen(ctx), g.Wait(), l.close())
		}, nil
	})
}

// late delays frames of one direction.
type late struct {
	hear, say int // packet sockets, at the receiving and at the sending end
	to        unix.SockaddrLinklayer
	d, jitter time.Duration
	source    net.HardwareAddr
}

func (n *Net) openLate(from, to End, d, jitter time.Duration) (*late, error) {
	l := &late{hear: -1, say: -1, d: d, jitter: jitter}
	var err error
	if l.source, err = net.ParseMAC(lateSource); err != nil {
		return nil, err
	}
	l.hear, _, err = n.packets(to, unix.ETH_P_ALL)
	if err == nil {
		l.say, l.to.Ifindex, err = n.packets(from, 0)
	}
	if err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// packets opens a packet socket at an end that hears a protocol; 0 hears nothing.
func (n *Net) packets(at End, protocol uint16) (s, index int, err error) {
	s = -1
	err = n.In(at.Node, func() error {
		i, err := net.InterfaceByName(at.Iface)
		if err != nil {
			return err
		}
		index = i.Index
		if s, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); err != nil {
			return err
		}
		_ = unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 4<<20) // without the right to: the usual size
		return unix.Bind(s, &unix.SockaddrLinklayer{Protocol: protocol<<8 | protocol>>8, Ifindex: index})
	})
	return s, index, err
}

func (l *late) close() error {
	var errs []error
	for _, s := range []int{l.hear, l.say} {
		if s >= 0 {
			errs = append(errs, unix.Close(s))
		}
	}
	return errors.Join(errs...)
}

// waiting is a frame and when it shall arrive.
type waiting struct {
	frame []byte
	due   time.Time
}

// run delays frames until ctx ends; what still waits then is lost.
func (l *late) run(ctx context.Context) error {
	frames := make(chan waiting, maxLate)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return l.listen(ctx, frames) })
	g.Go(func() error { return l.send(ctx, frames) })
	return g.Wait()
}

// listen hears frames, and looks every 20 ms whether it shall end.
func (l *late) listen(ctx context.Context, frames chan<- waiting) error {
	tv := unix.NsecToTimeval((20 * time.Millisecond).Nanoseconds())
	if err := unix.SetsockoptTimeval(l.hear, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
		return err
	}
	buffer := make([]byte, 1<<16)
	for ctx.Err() == nil {
		size, from, err := unix.Recvfrom(l.hear, buffer, 0)
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) || errors.Is(err, unix.ENETDOWN) {
			continue
		}
		if err != nil {
			return fmt.Errorf("hear frames to delay: %w", err)
		}
		link, ok := from.(*unix.SockaddrLinklayer)
		if !ok || link.Pkttype == unix.PACKET_OUTGOING || size < 14 || bytes.Equal(buffer[6:12], l.source) {
			continue
		}
		frame := bytes.Clone(buffer[:size])
		copy(frame[6:12], l.source)
		select {
		case frames <- waiting{frame, time.Now().Add(l.d + rand.N(l.jitter+1))}:
		default:
		}
	}
	return nil
}

// send sends each frame when it is due.
func (l *late) send(ctx context.Context, frames <-chan waiting) error {
	var queue []waiting // in the order of their time
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if len(queue) > 0 {
			timer.Reset(time.Until(queue[0].due))
		}
		select {
		case <-ctx.Done():
			return nil
		case f := <-frames:
			queue = insert(queue, f)
		case <-timer.C:
			for len(queue) > 0 && !queue[0].due.After(time.Now()) {
				_ = unix.Sendto(l.say, queue[0].frame, 0, &l.to) // a link that is down loses it
				queue = queue[1:]
			}
		}
	}
}

func insert(queue []waiting, f waiting) []waiting {
	i := len(queue)
	for i > 0 && queue[i-1].due.After(f.due) {
		i--
	}
	queue = append(queue, f)
	copy(queue[i+1:], queue[i:])
	queue[i] = f
	return queue
}
