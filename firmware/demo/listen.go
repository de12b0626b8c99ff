package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"edgeprobe.io/firmware/wire"
)

// Listener hears what a consumer of the feed hears, and writes the decisions into a diary.
type Listener struct {
	broker *Broker
	diary  *Diary
	ready  chan struct{}
}

// NewListener makes a listener on the broker.
func NewListener(b *Broker, d *Diary) *Listener {
	return &Listener{broker: b, diary: d, ready: make(chan struct{})}
}

// Ready is closed once nothing can be missed any more.
func (l *Listener) Ready() <-chan struct{} { return l.ready }

// Run listens until ctx ends. It fails when the broker refuses it or goes away, or when a device publishes an
// event that cannot be read.
func (l *Listener) Run(ctx context.Context) error {
	failed := make(chan error, 1)
	fail := func(err error) {
		select {
		case failed <- err:
		default:
		}
	}
	c := mqtt.NewClient(mqtt.NewClientOptions().
		AddBroker("tcp://" + l.broker.Address).SetClientID(Consumer + "-" + rand.Text()).
		SetUsername(Consumer).SetPassword(l.broker.Password(Consumer)).
		SetProtocolVersion(4).SetCleanSession(true).SetAutoReconnect(false).SetOrderMatters(true).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { fail(err) }))
	hear := func(_ mqtt.Client, m mqtt.Message) {
		moment, decision, err := momentOf(time.Now(), m.Payload())
		if err != nil {
			fail(fmt.Errorf("read %s: %w", m.Topic(), err))
		} else if decision {
			l.diary.Add(moment)
		}
	}
	if err := done(ctx, c.Connect()); err != nil {
		return fmt.Errorf("listen to the broker at %s: %w", l.broker.Address, err)
	}
	defer c.Disconnect(100)
	if err := done(ctx, c.Subscribe(wire.Event("+"), 1, hear)); err != nil {
		return fmt.Errorf("subscribe to %s: %w", wire.Event("+"), err)
	}
	close(l.ready)
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return fmt.Errorf("listen to the broker at %s: %w", l.broker.Address, err)
	}
}

// done waits for a token, or for the end.
func done(ctx context.Context, t mqtt.Token) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.Done():
		return t.Error()
	}
}
