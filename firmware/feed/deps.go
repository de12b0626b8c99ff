package feed

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/wire"
)

// Class is a kind of backlog with its own cursor.
type Class string

// The classes, in the order of their right of way.
const (
	Transitions Class = "transitions"
	Results     Class = "results"
)

// Item is one committed thing to publish, covering the sequence numbers First to Last.
type Item struct {
	Topic       string
	Payload     []byte
	First, Last uint64
}

// Backlog is what is committed, and what each broker has of it.
type Backlog interface {
	// Next returns up to max items that broker has not acknowledged, in the order to send them. It is asked again
	// after Wake and after the acknowledgement of all that it returned.
	Next(broker string, class Class, max int) ([]Item, error)
	// Done says that broker has acknowledged first to last, or that they were given up; of each class in the order
	// of Next.
	Done(broker string, class Class, first, last uint64)
}

// Dialer is one uplink's way to a broker.
type Dialer struct {
	Name    string
	Dial    func(ctx context.Context, network, address string) (net.Conn, error) // address is always ip:port
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)         // nil: only literal addresses
	// Life lasts as long as the uplink stays as it is, and has ended while it is down; nil: for ever.
	Life func() context.Context
	// Ask asks the uplink's allowance for the bytes of a try that news brought forward; nil: they cost nothing.
	Ask func(bytes int64) bool
}

func (d Dialer) life() context.Context {
	if d.Life == nil {
		return context.Background()
	}
	return d.Life()
}

// Deps are what a session works with. Its functions are called from several goroutines and must not block.
type Deps struct {
	Device    string
	Version   string          // of the program
	Boot      firmware.BootID //
	Started   firmware.Stamp  // of the program
	Times     wire.Times
	Dialers   []Dialer // at least one; tried in this order
	Backlog   Backlog  // called from Run only
	Session   func() uint64
	Heard     func(topic string, payload []byte, retained bool) // nil: nobody listens; retained: replayed by the broker
	Report    func(broker string, ok bool, why string)          // on each birth, and each end or failure of a connection
	Subscribe []string                                          // topic filters
	TLSTime   func() time.Time                                  // for certificates; nil: the system's clock
	Log       *slog.Logger
}

// timing holds the patience of a session.
type timing struct {
	connect time.Duration // to reach and greet the broker, over all uplinks
	write   time.Duration // for each 4 KiB written to the connection
	hand    time.Duration // for the library to take a message while it is not writing
	ping    time.Duration // for the answer to a ping
	ack     time.Duration // for an acknowledgement
	pause   time.Duration // before a failing backlog is asked again
	stop    time.Duration // for the last words
	retry   time.Duration // longest wait before the first retry
	rest    time.Duration // longest wait between retries
	soon    time.Duration // longest wait between retries while there is news
	news    time.Duration // how long something is news
	lived   time.Duration // a connection that lived longer resets the waits
}

func patience() timing {
	return timing{
		connect: 15 * time.Second, write: 10 * time.Second, hand: time.Second, ping: 5 * time.Second, ack: 10 * time.Second, pause: 5 * time.Second,
		stop: time.Second, retry: time.Second, rest: 30 * time.Second, soon: 5 * time.Second, news: 10 * time.Minute, lived: time.Minute,
	}
}
