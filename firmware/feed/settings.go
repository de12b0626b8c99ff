package feed

import "time"

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
	Password string // secret; "" sends none
	CAFile   string // PEM roots for mqtts; "" means the system's
}

// Defaults returns no broker and a keep alive of 60 s.
func Defaults() Settings { return Settings{KeepAlive: 60 * time.Second} }
