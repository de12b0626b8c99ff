package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"edgeprobe.io/firmware/feed/mosquittotest"
	"edgeprobe.io/firmware/wire"
)

// patient is how long a test waits for what must happen soon.
const patient = 90 * time.Second

// message is something that came over the feed.
type message struct {
	topic    string
	payload  []byte
	retained bool               // the broker had kept it
	event    *wire.EventMessage // when it is one that can be read
}

func (m message) kind() wire.Kind {
	t, _ := wire.Parse(m.topic)
	return t.Kind
}

// consumer reads the whole feed, as alerting would. It comes back by itself when the broker was away, and the broker
// keeps for it what came meanwhile.
type consumer struct {
	t      *testing.T
	client mqtt.Client

	mu   sync.Mutex
	got  []message
	more chan struct{} // closed when something comes
	ups  int           // connections
}

// consume connects a consumer and returns once nothing can be missed any more.
func consume(t *testing.T, b *mosquittotest.Broker) *consumer {
	t.Helper()
	c := &consumer{t: t, more: make(chan struct{})}
	subscribed := make(chan error, 100)
	o := mqtt.NewClientOptions().AddBroker("tcp://" + b.Address).SetClientID("consumer-" + rand.Text()).SetUsername("consumer").SetProtocolVersion(4)
	o.SetCleanSession(false).SetAutoReconnect(true).SetMaxReconnectInterval(200 * time.Millisecond)
	o.SetOnConnectHandler(func(client mqtt.Client) {
		token := client.Subscribe(wire.Prefix+"/#", 1, c.hear)
		token.Wait()
		subscribed <- token.Error()
		c.note(func() { c.ups++ })
	})
	o.SetDefaultPublishHandler(c.hear) // what came before this connection had subscribed
	c.client = mqtt.NewClient(o)
	t.Cleanup(func() { c.client.Disconnect(100) })
	if token := c.client.Connect(); !token.WaitTimeout(patient) || token.Error() != nil {
		t.Fatalf("connect the consumer: %v", token.Error())
	}
	if err := <-subscribed; err != nil {
		t.Fatalf("subscribe: %v", err)
	}
	return c
}

func (c *consumer) hear(_ mqtt.Client, m mqtt.Message) {
	heard := message{topic: m.Topic(), payload: m.Payload(), retained: m.Retained()}
	if heard.kind() == wire.KindEvent {
		if e, err := wire.DecodeEvent(heard.payload); err != nil {
			c.t.Errorf("%s: %v: %s", heard.topic, err, heard.payload)
		} else {
			heard.event = &e
		}
	}
	c.note(func() { c.got = append(c.got, heard) })
}

// note changes something and wakes who waits.
func (c *consumer) note(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	close(c.more)
	c.more = make(chan struct{})
}

// all returns what came so far, and what is closed when more comes.
func (c *consumer) all() ([]message, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.got[:len(c.got):len(c.got)], c.more
}

// await waits until is holds for everything that came.
func (c *consumer) await(what string, is func([]message) bool) {
	c.t.Helper()
	c.awaitFor(patient, what, is)
}

func (c *consumer) awaitFor(most time.Duration, what string, is func([]message) bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), most)
	defer cancel()
	for {
		got, more := c.all()
		if is(got) {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			c.t.Fatalf("waited %v in vain until %s; %s", most, what, summary(got))
		}
	}
}

// summary counts messages by kind.
func summary(ms []message) string {
	n := map[wire.Kind]int{}
	for _, m := range ms {
		n[m.kind()]++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d messages came: %v", len(ms), n)
	return b.String()
}

// newest returns the topic's last payload; nil when none came.
func newest(ms []message, topic string) []byte {
	for i := len(ms) - 1; i >= 0; i-- {
		if ms[i].topic == topic {
			return ms[i].payload
		}
	}
	return nil
}
