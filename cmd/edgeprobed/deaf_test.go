package main

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"edgeprobe.io/firmware/wire"
)

// deaf is a broker that greets and lets subscribe, but acknowledges only the messages that it is told to.
type deaf struct {
	net.Listener
	acks func(topic string) bool

	mu   sync.Mutex
	got  map[wire.Kind]int // messages published to it
	wait sync.WaitGroup
}

func newDeaf(t *testing.T, acks func(topic string) bool) *deaf {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &deaf{Listener: l, acks: acks, got: map[wire.Kind]int{}}
	b.wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b.wait.Go(func() { b.serve(c) })
		}
	})
	t.Cleanup(b.close)
	return b
}

// close closes the broker; its clients must have gone.
func (b *deaf) close() {
	_ = b.Close()
	b.wait.Wait()
}

// count returns how many messages of a kind were published to it.
func (b *deaf) count(k wire.Kind) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.got[k]
}

func (b *deaf) serve(c net.Conn) {
	defer c.Close()
	for {
		_ = c.SetReadDeadline(time.Now().Add(patient))
		p, err := packets.ReadPacket(c)
		if err != nil {
			return
		}
		if answer := b.answer(p); answer != nil && answer.Write(c) != nil {
			return
		}
	}
}

func (b *deaf) answer(p packets.ControlPacket) packets.ControlPacket {
	switch p := p.(type) {
	case *packets.ConnectPacket:
		return packets.NewControlPacket(packets.Connack)
	case *packets.SubscribePacket:
		ack := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
		ack.MessageID, ack.ReturnCodes = p.MessageID, make([]byte, len(p.Topics))
		return ack
	case *packets.PingreqPacket:
		return packets.NewControlPacket(packets.Pingresp)
	case *packets.PublishPacket:
		b.mu.Lock()
		b.got[message{topic: p.TopicName}.kind()]++
		b.mu.Unlock()
		if b.acks(p.TopicName) {
			ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
			ack.MessageID = p.MessageID
			return ack
		}
	}
	return nil
}
