package world

import (
	"context"
	"errors"
	"maps"
	"net"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// consumer is who reads the whole feed.
const consumer = "consumer"

// mqttAddress is where each node of the broker serves MQTT, seen from itself.
const mqttAddress = "127.0.0.1:1883"

// openBroker starts the broker with a password for each device, and listens to the feed.
func (w *World) openBroker(ctx context.Context) error {
	for _, node := range w.Topology.Brokers() {
		if w.Topology.Cluster {
			w.program(node, node, w.nats, "-c", w.path(node, natsConfig))
		} else {
			w.program(node, node, "mosquitto", "-c", w.path(node, "mosquitto.conf"))
		}
	}
	if err := w.tellBrokers(true); err != nil {
		return err
	}
	if err := w.StartBroker(ctx); err != nil {
		return err
	}
	return w.listen(ctx)
}

// tellBrokers writes what the broker is told: who may use it, the consumer, and the devices or not.
func (w *World) tellBrokers(devices bool) error {
	known := maps.Clone(w.passwords)
	maps.DeleteFunc(known, func(user, _ string) bool { return !devices && user != consumer })
	if w.Topology.Cluster {
		for _, node := range w.Topology.Brokers() {
			if err := w.write(node, map[string]string{natsConfig: w.natsServer(node, known)}); err != nil {
				return err
			}
		}
		return nil
	}
	users, err := mosquittoUsers(known)
	if err != nil {
		return err
	}
	return w.write(broker, map[string]string{"mosquitto.conf": mosquitto(w.path(broker)), "acl": accessList, "passwords": users})
}

// brokers returns the nodes named, or all where none is.
func (w *World) brokers(nodes []string) []string {
	if len(nodes) == 0 {
		return w.Topology.Brokers()
	}
	return nodes
}

// StartBroker starts nodes of the broker, all by default, and waits until they listen.
func (w *World) StartBroker(ctx context.Context, nodes ...string) error {
	for _, node := range w.brokers(nodes) {
		if err := w.named(node).start(); err != nil {
			return err
		}
	}
	for _, node := range w.brokers(nodes) {
		if err := w.named(node).listening(ctx, "tcp", mqttAddress); err != nil {
			return err
		}
	}
	return nil
}

// StopBroker ends nodes of the broker with a signal, all by default; on SIGTERM they keep sessions and what is
// retained.
func (w *World) StopBroker(s syscall.Signal, nodes ...string) error {
	var g errgroup.Group
	for _, node := range w.brokers(nodes) {
		g.Go(func() error { return w.named(node).stop(s, stopWithin) })
	}
	return g.Wait()
}

// SignalBroker sends nodes of the broker a signal, such as SIGSTOP; all by default.
func (w *World) SignalBroker(s syscall.Signal, nodes ...string) error {
	var errs []error
	for _, node := range w.brokers(nodes) {
		errs = append(errs, w.named(node).signal(s))
	}
	return errors.Join(errs...)
}

// KnowDevices restarts the broker with the devices' passwords or without them.
func (w *World) KnowDevices(ctx context.Context, known bool) error {
	if err := w.tellBrokers(known); err != nil {
		return err
	}
	if err := w.StopBroker(syscall.SIGTERM); err != nil {
		return err
	}
	return w.StartBroker(ctx)
}

// dialBroker connects to whichever node of the broker takes it, from that node itself.
func (w *World) dialBroker(ctx context.Context) (c net.Conn, err error) {
	for _, node := range w.Topology.Brokers() {
		if c, err = w.net.Dial(ctx, node, "tcp", mqttAddress); err == nil {
			return c, nil
		}
	}
	return nil, err
}
