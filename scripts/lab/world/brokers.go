package world

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"syscall"
)

// consumer is who reads the whole feed.
const consumer = "consumer"

// accessList is what a writer may do, and a consumer (DESIGN section 5).
const accessList = `pattern write edgeprobe/v1/%u/#
pattern write homeassistant/device/%u/config
pattern read edgeprobe/v1/+/status
pattern read edgeprobe/v1/+/heartbeat
pattern read edgeprobe/v1/+/vote/+
pattern read edgeprobe/v1/+/ack/+
user consumer
topic read edgeprobe/v1/#
`

// mosquitto is the broker's configuration. It keeps everything for a consumer that is away.
func mosquitto(dir string) string {
	return fmt.Sprintf(`listener 1883
allow_anonymous false
password_file %[1]s/passwords
acl_file %[1]s/acl
user root
max_queued_messages 0
persistence true
persistence_location %[1]s/
log_dest stderr
log_type error
log_type warning
`, dir)
}

// hashed is a line of a password file: PBKDF2 with SHA-512, as Mosquitto 2 writes it.
func hashed(user, password string) (string, error) {
	salt := make([]byte, 12)
	_, _ = rand.Read(salt) // never fails
	const rounds = 101
	sum, err := pbkdf2.Key(sha512.New, password, salt, rounds, sha512.Size)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("%s:$7$%d$%s$%s\n", user, rounds, b64(salt), b64(sum)), nil
}

// openBroker starts the broker with a password for each device, and listens to the feed.
func (w *World) openBroker(ctx context.Context) error {
	if err := w.write(broker, map[string]string{"mosquitto.conf": mosquitto(w.path(broker)), "acl": accessList}); err != nil {
		return err
	}
	w.program(broker, broker, "mosquitto", "-c", w.path(broker, "mosquitto.conf"))
	if err := w.writePasswords(true); err != nil {
		return err
	}
	if err := w.StartBroker(ctx); err != nil {
		return err
	}
	return w.listen(ctx)
}

// writePasswords tells the broker who may use it: the consumer, and the devices or not.
func (w *World) writePasswords(devices bool) error {
	var list strings.Builder
	for user, password := range w.passwords {
		if !devices && user != consumer {
			continue
		}
		line, err := hashed(user, password)
		if err != nil {
			return err
		}
		list.WriteString(line)
	}
	return w.write(broker, map[string]string{"passwords": list.String()})
}

// StartBroker starts the broker and waits until it listens.
func (w *World) StartBroker(ctx context.Context) error {
	p := w.named(broker)
	if err := p.start(); err != nil {
		return err
	}
	return p.listening(ctx, "tcp", net.JoinHostPort("127.0.0.1", "1883"))
}

// StopBroker ends the broker with a signal; on SIGTERM it keeps its sessions and what is retained.
func (w *World) StopBroker(s syscall.Signal) error { return w.named(broker).stop(s, stopWithin) }

// SignalBroker sends the broker a signal, such as SIGSTOP.
func (w *World) SignalBroker(s syscall.Signal) error { return w.named(broker).signal(s) }

// KnowDevices restarts the broker with the devices' passwords or without them.
func (w *World) KnowDevices(ctx context.Context, known bool) error {
	if err := w.writePasswords(known); err != nil {
		return err
	}
	if err := w.StopBroker(syscall.SIGTERM); err != nil {
		return err
	}
	return w.StartBroker(ctx)
}
