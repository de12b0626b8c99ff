package feed

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// fake is a broker that acknowledges only what it is told to.
type fake struct {
	net.Listener
	greet bool                                         // send CONNACK
	acks  func(*packets.PublishPacket) bool            // send PUBACK
	each  func(conn net.Conn, p packets.ControlPacket) // called for every packet; nil: nothing

	mu   sync.Mutex
	got  []*packets.PublishPacket
	wait sync.WaitGroup
}

// startFake starts a broker; set says what is special about it.
func startFake(t *testing.T, set func(*fake)) *fake {
	t.Helper()
	f := &fake{Listener: listen(t), greet: true, acks: func(*packets.PublishPacket) bool { return true }}
	set(f)
	f.wait.Go(func() {
		for {
			c, err := f.Accept()
			if err != nil {
				return
			}
			f.wait.Go(func() { f.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = f.Close()
		f.wait.Wait()
	})
	return f
}

func (f *fake) url() string { return "mqtt://" + f.Addr().String() }

func (f *fake) serve(c net.Conn) {
	defer c.Close()
	for {
		_ = c.SetReadDeadline(time.Now().Add(patient))
		p, err := packets.ReadPacket(c)
		if err != nil {
			return
		}
		if f.each != nil {
			f.each(c, p)
		}
		if err := f.answer(c, p); err != nil {
			return
		}
	}
}

func (f *fake) answer(c net.Conn, p packets.ControlPacket) error {
	switch p := p.(type) {
	case *packets.ConnectPacket:
		if f.greet {
			return packets.NewControlPacket(packets.Connack).Write(c)
		}
	case *packets.SubscribePacket:
		ack := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
		ack.MessageID, ack.ReturnCodes = p.MessageID, make([]byte, len(p.Topics))
		return ack.Write(c)
	case *packets.PingreqPacket:
		return packets.NewControlPacket(packets.Pingresp).Write(c)
	case *packets.PublishPacket:
		f.mu.Lock()
		f.got = append(f.got, p)
		f.mu.Unlock()
		if p.Qos > 0 && f.acks(p) {
			ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
			ack.MessageID = p.MessageID
			return ack.Write(c)
		}
	}
	return nil
}

// published are the messages that came so far.
func (f *fake) published() []*packets.PublishPacket {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.got[:len(f.got):len(f.got)]
}
