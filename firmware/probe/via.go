package probe

import (
	"context"
	"net"
	"net/netip"
)

// Via is the uplink that a prober measures over. All fields are needed but Narrow, Answered, PortalAPI, Life
// and State.
type Via struct {
	Uplink       string                                                                     // its name, for the result
	Dial         func(ctx context.Context, network, address string) (net.Conn, error)       // the address is always "ip:port"
	Narrow       func(ctx context.Context, network, address string) (net.Conn, error)       // Dial with TCP segments that fit any path; nil: cannot
	ListenPacket func(ctx context.Context, network, address string) (net.PacketConn, error) // the address is "": any port
	Resolvers    func() []netip.AddrPort                                                    // asked in order
	Answered     func(resolver netip.AddrPort, did bool)                                    // told of each of the Resolvers that was asked; nil: nobody remembers
	PortalAPI    func() string                                                              // URL by which the network tells of its captive portal (RFC 8910); "": it names none; nil: nobody knows
	Life         func() context.Context                                                     // of the uplink as it is: ends, with its cause, when it changes; nil: it never does
	State        func() (up bool, why string)                                               // asked when a run came to nothing; nil: always up
}

// Way is a way out that can do all that a prober can use, as package uplink's does. What its methods do stands at the
// fields of [Via].
type Way interface {
	Name() string
	Dial(ctx context.Context, network, address string) (net.Conn, error)
	Narrow(ctx context.Context, network, address string) (net.Conn, error)
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)
	ResolversInTurn() []netip.AddrPort
	Answered(resolver netip.AddrPort, did bool)
	PortalAPI() string
	Life() context.Context
	State() (up bool, why string)
}

// Over returns what a prober measures over a way out.
func Over(w Way) Via {
	return Via{
		Uplink: w.Name(), Dial: w.Dial, Narrow: w.Narrow, ListenPacket: w.ListenPacket, Resolvers: w.ResolversInTurn, Answered: w.Answered,
		PortalAPI: w.PortalAPI, Life: w.Life, State: w.State,
	}
}
