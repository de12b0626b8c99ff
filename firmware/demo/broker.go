package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"edgeprobe.io/firmware/wire"
)

// Consumer is the broker's user that may read everything and write nothing.
const Consumer = "alerting"

// Broker is an embedded NATS server with JetStream and its MQTT listener: the engine that a fleet would have
// elsewhere. A device may publish its own topics only, and reads those of its peers.
type Broker struct {
	Address string // of the MQTT listener, "ip:port"

	server    *server.Server
	passwords map[string]string
}

// startBroker starts a broker that keeps its streams under dir, with a user for each device and the [Consumer].
func startBroker(dir string, devices []string) (*Broker, error) {
	b := &Broker{passwords: map[string]string{}}
	var users []*server.User
	for _, d := range append([]string{Consumer}, devices...) {
		b.passwords[d] = rand.Text()
		users = append(users, &server.User{Username: d, Password: b.passwords[d], Permissions: permissions(d)})
	}
	opts := &server.Options{
		ServerName: "edgeprobe-demo", DontListen: true, NoSigs: true, NoLog: true, DisableJetStreamBanner: true,
		JetStream: true, StoreDir: filepath.Join(dir, "broker"), Users: users,
		MQTT: server.MQTTOpts{Host: loopback, Port: server.RANDOM_PORT},
	}
	srv, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("make the broker: %w", err)
	}
	srv.Start()
	b.server = srv
	if !srv.ReadyForConnections(10 * time.Second) {
		b.close()
		return nil, fmt.Errorf("start the broker at %s: not ready within 10 s", loopback)
	}
	b.Address = net.JoinHostPort(loopback, strconv.Itoa(opts.MQTT.Port))
	return b, nil
}

// permissions returns what a user may do, in NATS subjects: a topic's slashes are dots.
func permissions(user string) *server.Permissions {
	root := subject(wire.Prefix) // "#" stands for the level above it too, so readers need both
	p := &server.Permissions{
		Publish:   &server.SubjectPermission{Deny: []string{">"}},
		Subscribe: &server.SubjectPermission{Allow: []string{root, root + ".>", "$MQTT.>"}},
	}
	if user != Consumer {
		p.Publish = &server.SubjectPermission{Allow: []string{
			root + "." + user + ".>", subject(wire.HomeAssistant(user)),
		}}
	}
	return p
}

func subject(topic string) string { return strings.ReplaceAll(topic, "/", ".") }

// Password returns a user's password; it is a secret of this run.
func (b *Broker) Password(user string) string { return b.passwords[user] }

func (b *Broker) close() {
	b.server.Shutdown()
	b.server.WaitForShutdown()
}

func (b *Broker) task() Task {
	return Task{"broker", func(ctx context.Context) error {
		<-ctx.Done()
		b.close()
		return nil
	}}
}
