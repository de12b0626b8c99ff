package world

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"edgeprobe.io/firmware/wire"
	"edgeprobe.io/scripts/lab/seen"
)

// listen subscribes to the whole feed, at the broker itself, as a consumer that the broker keeps everything for.
func (w *World) listen(ctx context.Context) error {
	o := mqtt.NewClientOptions().AddBroker("tcp://" + mqttAddress).SetClientID("lab-" + rand.Text()).SetProtocolVersion(4)
	o.SetUsername(consumer).SetPassword(w.passwords[consumer]).SetOrderMatters(true)
	o.SetCleanSession(false).SetAutoReconnect(true).SetMaxReconnectInterval(200 * time.Millisecond).SetResumeSubs(true)
	o.SetConnectRetry(true).SetConnectRetryInterval(200 * time.Millisecond) // a cluster listens before it serves
	o.SetKeepAlive(10 * time.Second).SetConnectTimeout(2 * time.Second)
	o.SetCustomOpenConnectionFn(func(_ *url.URL, o mqtt.ClientOptions) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(w.ctx, o.ConnectTimeout)
		defer cancel()
		return w.dialBroker(ctx)
	})
	subscribed := make(chan error, 1)
	o.SetOnConnectHandler(func(c mqtt.Client) {
		token := c.Subscribe(wire.Prefix+"/#", 1, w.hear)
		token.Wait()
		select {
		case subscribed <- token.Error():
		default: // it came back
		}
	})
	o.SetDefaultPublishHandler(w.hear) // what came before this connection had subscribed
	c := mqtt.NewClient(o)
	w.client = c
	token := c.Connect()
	select {
	case <-token.Done():
	case <-ctx.Done():
		return fmt.Errorf("listen to the feed: %w", ctx.Err())
	}
	if err := token.Error(); err != nil {
		return fmt.Errorf("listen to the feed: %w", err)
	}
	if err := <-subscribed; err != nil {
		return fmt.Errorf("subscribe to the feed: %w", err)
	}
	return nil
}

// hear notes a message. One that cannot be read fails the world: the feed is a contract.
func (w *World) hear(_ mqtt.Client, m mqtt.Message) {
	at := w.since(time.Now())
	topic, err := wire.Parse(m.Topic())
	if err == nil && topic.Kind == wire.KindResults {
		return // their journal is read instead
	}
	var all []seen.Observation
	if err == nil {
		all, err = observe(topic, m, w.public)
	}
	if err != nil {
		w.fail(fmt.Errorf("the feed, %s: %w: %.200q", m.Topic(), err, m.Payload()))
		return
	}
	for i := range all {
		all[i].At, all[i].Source, all[i].Device, all[i].Kind = at, seen.Feed, topic.Device, string(topic.Kind)
		if all[i].Fields != nil && m.Retained() {
			all[i].Fields["retained"] = true
		}
	}
	w.Log.Add(all...)
}

// observe reads a message of the feed.
func observe(topic wire.Topic, m mqtt.Message, keys map[string]ed25519.PublicKey) ([]seen.Observation, error) {
	switch topic.Kind {
	case wire.KindVote, wire.KindHeartbeat, wire.KindAck:
		if len(m.Payload()) == 0 {
			return nil, nil // a tombstone
		}
		heard, err := wire.Open(m.Topic(), m.Payload(), keys[topic.Device])
		if err != nil {
			return nil, err
		}
		return signed(topic, heard)
	case wire.KindEvent:
		e, err := wire.DecodeEvent(m.Payload())
		if err != nil {
			return nil, err
		}
		return event(e)
	}
	if len(m.Payload()) == 0 {
		return nil, nil
	}
	var fields map[string]any
	err := json.Unmarshal(m.Payload(), &fields)
	return []seen.Observation{{Subject: topic.Key, Fields: fields}}, err
}

func event(e wire.EventMessage) ([]seen.Observation, error) {
	fields, err := seen.Fields(e.Data)
	if err != nil {
		return nil, err
	}
	fields["id"], fields["epoch"], fields["sequence"] = e.ID, e.Epoch, float64(e.Sequence)
	fields["replayed"], fields["durable"] = e.Replayed, e.Durable
	return []seen.Observation{{Subject: e.Subject, Fields: fields}}, nil
}
