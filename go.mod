module edgeprobe.io

go 1.26.0

// Each of these is here for one reason, beside it. A new one needs a better reason than convenience.
require (
	github.com/eclipse/paho.mqtt.golang v1.5.1 // the feed: an MQTT 3.1.1 client that lets us own the connection
	github.com/godbus/dbus/v5 v5.2.4 // uplink: which resolvers systemd-resolved and NetworkManager were given, which they tell by D-Bus alone
	github.com/google/go-cmp v0.7.0 // tests: differences that can be read
	github.com/invopop/jsonschema v0.14.0 // tests: config/schema.json from the types
	github.com/mattn/go-sqlite3 v1.14.53 // the store: SQLite itself, compiled in; never the system library
	github.com/miekg/dns v1.1.73 // the demo's authoritative name server
	github.com/nats-io/nats-server/v2 v2.15.2 // the demo's broker; linked into edgeprobe, never into edgeprobed
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // tests: an independent reader of our schemas
	github.com/spf13/cobra v1.10.2 // the command line and its completion
	github.com/spf13/pflag v1.0.9 // cobra's flags: which one could not be read
	go.yaml.in/yaml/v3 v3.0.6 // config: YAML nodes with their positions
	golang.org/x/net v0.62.0 // probe: DNS messages
	golang.org/x/sync v0.24.0 // errgroup, inside calls that join before they return
	golang.org/x/sys v0.49.0 // uplink, clock: SO_BINDTODEVICE, CLOCK_BOOTTIME, adjtimex
	golang.org/x/term v0.47.0 // the width of a terminal, and whether it is one
	periph.io/x/conn/v3 v3.7.3 // drivers: the interfaces of pins and buses
	pgregory.net/rapid v1.3.0 // tests: properties
)

// What those bring along.
require (
	github.com/antithesishq/antithesis-sdk-go v0.8.0-default-no-op // indirect
	github.com/bahlo/generic-list-go v0.2.0 // indirect
	github.com/buger/jsonparser v1.1.2 // indirect
	github.com/google/go-tpm v0.9.8 // indirect
	github.com/gorilla/websocket v1.5.3 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/minio/highwayhash v1.0.4 // indirect
	github.com/nats-io/jwt/v2 v2.8.2 // indirect
	github.com/nats-io/nkeys v0.4.16 // indirect
	github.com/nats-io/nuid v1.0.1 // indirect
	github.com/pb33f/ordered-map/v2 v2.3.1 // indirect
	go.yaml.in/yaml/v4 v4.0.0-rc.2 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	golang.org/x/time v0.16.0 // indirect
)
