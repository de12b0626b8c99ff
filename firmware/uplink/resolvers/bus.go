package resolvers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/godbus/dbus/v5"
)

// Bus asks the daemons on the system's bus. The zero Bus is ready: it connects when it is asked, and again after a
// failure. It is not safe for concurrent use.
type Bus struct {
	Address  string        // "": that of DBUS_SYSTEM_BUS_ADDRESS, or else the usual one
	Patience time.Duration // how long one ask may take, all daemons together; 0: a second
	Changed  func()        // called when a daemon says that its answer may be another one now, or the bus ends; must not block; nil: nobody listens

	line *line
	conn *dbus.Conn  // nil: not connected
	mute func() bool // keeps the connection's end from being told as a change; nil: it is not
}

// Ask returns what the daemons tell of the interface with that name and the kernel's number of it, within the
// Bus's patience. It is the zero Known when no daemon runs or none knows a server; then, and with an error, the files must do.
func (b *Bus) Ask(ctx context.Context, name string, index int) (Known, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(b.Patience, time.Second))
	defer cancel()
	if err := b.connect(ctx); err != nil {
		return Known{}, fmt.Errorf("reach the system bus: %w", err)
	}
	b.line.ready(ctx)
	var failed error
	for _, daemon := range []struct {
		origin Origin
		ask    func(ctx context.Context, conn *dbus.Conn, of link) (list, error)
	}{{Resolved, askResolved}, {NetworkManager, askNetworkManager}} {
		found, err := daemon.ask(ctx, b.conn, link{name, index})
		if err != nil && !absent(err) {
			failed = errors.Join(failed, fmt.Errorf("ask %s for the resolvers of %s: %w", daemon.origin, name, err))
		}
		if ctx.Err() != nil { // a bus or a daemon that hangs: begin afresh next time
			b.Close()
			break
		}
		if len(found.out) > 0 {
			return Known{found.out, daemon.origin}, failed
		}
	}
	return Known{}, failed
}

// connect makes sure of a connection, on which changes are heard when somebody listens.
func (b *Bus) connect(ctx context.Context) (err error) {
	if b.conn != nil && b.conn.Connected() {
		return nil
	}
	b.Close()
	if b.line, err = open(ctx, b.Address); err != nil {
		return err
	}
	b.conn, err = dbus.NewConn(b.line, dbus.WithIncomingInterceptor(tame), dbus.WithSignalHandler(hearer(b.changed)))
	if err != nil {
		return errors.Join(err, b.line.Close())
	}
	hungUp := context.AfterFunc(ctx, func() { b.line.Close() }) // the handshake knows no time limit
	err = b.greet(ctx)
	if !hungUp() {
		err = ctx.Err()
	}
	if err != nil {
		b.Close()
		return err
	}
	b.mute = context.AfterFunc(b.conn.Context(), b.changed)
	return nil
}

// greet makes us known to the bus, and asks to hear of changes.
func (b *Bus) greet(ctx context.Context) error {
	if err := b.conn.Auth([]dbus.Auth{dbus.AuthExternal(strconv.Itoa(os.Geteuid()))}); err != nil {
		return err
	}
	if err := b.conn.Hello(); err != nil {
		return err
	}
	if b.Changed == nil {
		return nil
	}
	for _, rule := range changes() {
		if err := b.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.AddMatch", 0, rule).Err; err != nil {
			return err
		}
	}
	return nil
}

// changes are the signals after which an answer may be another one: a daemon says so, or comes or goes.
func changes() []string {
	const properties = "type='signal',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',sender='%s',path='%s'"
	const owner = "type='signal',interface='org.freedesktop.DBus',member='NameOwnerChanged',sender='org.freedesktop.DBus',arg0='%s'"
	return []string{
		fmt.Sprintf(properties, resolvedName, resolvedPath), fmt.Sprintf(owner, resolvedName),
		fmt.Sprintf(properties, managerName, dnsManagerPath), fmt.Sprintf(owner, managerName),
	}
}

func (b *Bus) changed() {
	if b.Changed != nil {
		b.Changed()
	}
}

// Close ends the connection, if there is one. The Bus stays usable.
func (b *Bus) Close() {
	if b.conn != nil {
		if b.mute != nil {
			b.mute()
		}
		b.line.Close() // first: the library waits for a write that is under way
		b.conn.Close()
		b.conn, b.mute = nil, nil
	}
}

// properties asks a daemon for all that an object has. The library's own way of storing them would lose their types.
func properties(ctx context.Context, conn *dbus.Conn, name string, path dbus.ObjectPath, of string) (map[string]dbus.Variant, error) {
	call := conn.Object(name, path).CallWithContext(ctx, "org.freedesktop.DBus.Properties.GetAll", dbus.FlagNoAutoStart, of)
	if call.Err != nil {
		return nil, call.Err
	}
	return propertiesOf(call.Body)
}

func propertiesOf(body []any) (map[string]dbus.Variant, error) {
	if len(body) == 1 {
		if all, ok := body[0].(map[string]dbus.Variant); ok {
			return all, nil
		}
	}
	return nil, errors.New("the answer is no list of properties")
}

// absent reports whether an error says that a daemon, or what it should know, is not there.
func absent(err error) bool {
	var e dbus.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Name {
	case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
		"org.freedesktop.resolve1.NoSuchLink", "org.freedesktop.DBus.Error.UnknownObject":
		return true
	}
	return false
}

// hearer takes the signals asked for as a call: what has changed is asked for afterwards.
type hearer func()

// DeliverSignal is dbus.SignalHandler.
func (h hearer) DeliverSignal(_, name string, _ *dbus.Signal) {
	if name == "PropertiesChanged" || name == "NameOwnerChanged" {
		h()
	}
}

// tame takes from a message what the library would act upon: we serve no calls, and a name that only a broken bus
// would give us makes it panic.
func tame(m *dbus.Message) {
	switch m.Type {
	case dbus.TypeMethodCall:
		m.Type = 0
	case dbus.TypeSignal:
		delete(m.Headers, dbus.FieldSender)
	}
}
