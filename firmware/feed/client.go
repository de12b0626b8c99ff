package feed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync/atomic"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"edgeprobe.io/firmware/wire"
)

// client is one connection's client of the library; it is never used for a second one.
type client struct {
	mqtt.Client
	conn    *conn
	handed  uint64        // messages handed to the library; Run's
	greeted atomic.Bool   // the broker has accepted the connection
	release func()        // lets go of the contexts
	why     error         // the library's reason; set before lost is closed
	lost    chan struct{} // closed when the connection was lost and the library's goroutines have ended
}

// connect makes a new client and waits for the broker's greeting.
func (s *Session) connect(ctx context.Context, session uint64) (*client, error) {
	will, err := s.status(session, wire.StateOffline, false)
	if err != nil {
		return nil, err
	}
	c := &client{lost: make(chan struct{}), release: func() {}}
	o := s.options(c, will)
	o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
		conn, err := s.open(ctx)
		if err != nil {
			return nil, err
		}
		c.conn = conn
		hurried := context.AfterFunc(ctx, func() { s.hurry(c) })
		c.release = func() { hurried(); conn.untie() }
		return conn, nil
	})
	c.Client = mqtt.NewClient(o)
	token := c.Connect()
	<-token.Done() // bounded by ctx, the dial's and the greeting's deadlines
	if err := token.Error(); err != nil {
		c.release()
		return nil, s.refused(c, err)
	}
	c.greeted.Store(true)
	return c, nil
}

// publish hands a message to the library. It may block for timing.hand when the connection is lost just now, or
// while the library is still writing: see idle.
func (c *client) publish(topic string, qos byte, retained bool, payload []byte) mqtt.Token {
	c.handed++
	return c.Publish(topic, qos, retained, payload)
}

// idle reports whether all messages handed over have been written.
func (c *client) idle() bool { return c.handed == c.conn.written.Load() }

// hurry ends a connection when the session is told to stop: at once while it waits for the greeting, else after
// the time for the last words.
func (s *Session) hurry(c *client) {
	if c.greeted.Load() {
		c.conn.endBy(time.Now().Add(s.timing.stop))
	} else {
		c.conn.endBy(time.Now())
	}
}

// options are the library's, with everything switched off that would keep or repeat messages by itself.
func (s *Session) options(c *client, will []byte) *mqtt.ClientOptions {
	o := mqtt.NewClientOptions().AddBroker(s.broker.URL)
	o.SetClientID("edgeprobe-" + s.deps.Device).SetUsername(s.broker.Username).SetPassword(s.broker.Password)
	if s.broker.Username == "" {
		o.SetUsername(s.deps.Device)
	}
	o.SetAutoReconnect(false).SetConnectRetry(false).SetCleanSession(true).SetProtocolVersion(4)
	o.SetOrderMatters(true) // a heartbeat must not overtake the sheet that it stands by; what hears never blocks
	o.SetKeepAlive(max(s.set.KeepAlive, time.Second)).SetPingTimeout(s.timing.ping).SetWriteTimeout(s.timing.hand)
	o.SetConnectTimeout(2 * s.timing.connect) // it counts from before the dial
	o.SetBinaryWill(wire.Status(s.deps.Device), will, 1, true)
	o.SetConnectionLostHandler(func(_ mqtt.Client, err error) {
		c.why = err
		close(c.lost)
	})
	o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
		if s.deps.Heard != nil {
			s.deps.Heard(m.Topic(), m.Payload(), m.Retained())
		}
	})
	return o
}

// refused says why there is no connection, and begins the next try with another uplink when this one led to
// something that is no broker.
func (s *Session) refused(c *client, err error) error {
	if c.conn == nil {
		return fmt.Errorf("connect to broker %s: %w", s.broker.Name, err)
	}
	if errors.Is(err, packets.ErrorRefusedBadUsernameOrPassword) || errors.Is(err, packets.ErrorRefusedNotAuthorised) {
		return fmt.Errorf("connect to broker %s over uplink %s: %w; check the broker's username and password", s.broker.Name, c.conn.uplink, err)
	}
	s.first = (s.used + 1) % len(s.deps.Dialers)
	return fmt.Errorf("connect to broker %s over uplink %s: %w", s.broker.Name, c.conn.uplink, err)
}

// leave ends the connection and returns when the library's goroutines have ended. Only a clean end tells the
// broker not to publish the will.
func (c *client) leave(clean bool) {
	select {
	case <-c.lost:
		return
	default:
	}
	if clean {
		c.Disconnect(500)
		return
	}
	c.conn.endBy(time.Now()) // the library closes it then; closed under its hands, it would not notice
	select {
	case <-c.lost:
	case <-time.After(5 * time.Second): // a fault of the library must not hold up our stop
	}
}

// status is the payload of the device's status topic.
func (s *Session) status(session uint64, state string, clean bool) ([]byte, error) {
	return wire.EncodeStatus(wire.StatusMessage{
		State: state, Device: s.deps.Device, Broker: s.broker.Name, Session: session,
		BootID: s.deps.Boot.String(), Version: s.deps.Version, Clean: clean,
	}, s.deps.Started, s.deps.Times)
}
