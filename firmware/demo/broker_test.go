package demo

import (
	"crypto/rand"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"edgeprobe.io/firmware/wire"
)

// login connects as a user, or returns the refusal.
func login(t *testing.T, b *Broker, user, password string) (mqtt.Client, error) {
	t.Helper()
	o := mqtt.NewClientOptions().AddBroker("tcp://" + b.Address).SetClientID(user + rand.Text()).
		SetUsername(user).SetPassword(password).SetProtocolVersion(4).SetAutoReconnect(false)
	c := mqtt.NewClient(o)
	tok := c.Connect()
	if !tok.WaitTimeout(5 * time.Second) {
		t.Fatal("the broker does not answer a login")
	}
	t.Cleanup(func() { c.Disconnect(100) })
	return c, tok.Error()
}

func must(t *testing.T, tok mqtt.Token) {
	t.Helper()
	if !tok.WaitTimeout(5*time.Second) || tok.Error() != nil {
		t.Fatalf("the broker does not do as it is told: %v", tok.Error())
	}
}

func TestBrokerKnowsItsUsers(t *testing.T) {
	w, _ := start(t)
	for _, user := range append(deviceNames(), Consumer) {
		if _, err := login(t, w.Broker, user, w.Broker.Password(user)); err != nil {
			t.Errorf("%s is not let in: %v", user, err)
		}
	}
	for _, tc := range [][2]string{{"newyork", w.Broker.Password("berlin")}, {"newyork", ""}, {"nobody", "x"}, {"", ""}} {
		if _, err := login(t, w.Broker, tc[0], tc[1]); err == nil {
			t.Errorf("%q is let in with a wrong password", tc[0])
		}
	}
}

// TestDevicesPublishTheirOwn: whoever reads everything hears a device on its own topics, and nobody on another's.
func TestDevicesPublishTheirOwn(t *testing.T) {
	w, _ := start(t)
	heard := make(chan string, 64)
	reader, err := login(t, w.Broker, Consumer, w.Broker.Password(Consumer))
	if err != nil {
		t.Fatal(err)
	}
	must(t, reader.Subscribe(wire.Prefix+"/#", 1, func(_ mqtt.Client, m mqtt.Message) { heard <- m.Topic() }))

	for _, topic := range []string{wire.Event("berlin"), wire.Vote("berlin", "shop"), wire.Prefix, wire.Event(Consumer)} {
		for _, user := range []string{"newyork", Consumer} {
			c, err := login(t, w.Broker, user, w.Broker.Password(user))
			if err != nil {
				t.Fatal(err)
			}
			c.Publish(topic, 1, false, "forged").WaitTimeout(200 * time.Millisecond) // refused by dropping it, or the session
			c.Disconnect(0)
		}
	}
	own := []string{wire.Status("newyork"), wire.Vote("newyork", "shop"), wire.Event("newyork")}
	c, err := login(t, w.Broker, "newyork", w.Broker.Password("newyork"))
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range own {
		must(t, c.Publish(topic, 1, topic != wire.Event("newyork"), "true"))
	}
	for _, want := range own {
		select {
		case got := <-heard:
			if got != want {
				t.Errorf("heard %s, want only %v", got, own)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("%s was never heard", want)
		}
	}
	var peer mqtt.Client
	if peer, err = login(t, w.Broker, "berlin", w.Broker.Password("berlin")); err != nil {
		t.Fatal(err)
	}
	retained := make(chan string, 8)
	must(t, peer.Subscribe(wire.Vote("newyork", "shop"), 1, func(_ mqtt.Client, m mqtt.Message) { retained <- string(m.Payload()) }))
	select {
	case <-retained:
	case <-time.After(5 * time.Second):
		t.Error("a peer does not hear the retained vote")
	}
}
