package feed

import (
	"fmt"
	"log/slog"
	"time"
)

// Settings say which brokers to use and how.
type Settings struct {
	Brokers   []Broker
	KeepAlive time.Duration // MQTT keep alive, at least 1 s
}

// Broker is one MQTT broker. All brokers are used at the same time.
type Broker struct {
	Name     string // names its cursors in the store and its sessions in the feed
	URL      string // "mqtt://host:port" or "mqtts://host:port"
	Username string // "" means the device id
	Password string `json:"-"` // secret, never printed; "" sends none
	CAFile   string // PEM roots for mqtts; "" means the system's
}

// String says which broker it is and who logs in, never the password.
func (b Broker) String() string {
	return fmt.Sprintf("broker %s at %s as %q", b.Name, b.URL, b.Username)
}

// GoString is [Broker.String]: %#v would print the password.
func (b Broker) GoString() string { return b.String() }

// LogValue is [Broker.String] for slog, whose handlers would print the password.
func (b Broker) LogValue() slog.Value { return slog.StringValue(b.String()) }

// Defaults returns no broker and a keep alive of 60 s.
func Defaults() Settings { return Settings{KeepAlive: 60 * time.Second} }
