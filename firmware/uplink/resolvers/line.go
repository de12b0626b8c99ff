package resolvers

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"sync/atomic"

	"github.com/godbus/dbus/v5"
)

// usual is where the system bus listens (D-Bus specification, "Well-known message buses").
const usual = "unix:path=/var/run/dbus/system_bus_socket"

// flood is how many bytes the bus may send between two asks. An honest answer has some kilobytes.
const flood = 256 << 10

var errFlood = errors.New("the system bus sends far more than was asked for")

// line is the connection to a bus, of which only so much is read: the library would keep messages of 128 MiB.
type line struct {
	net.Conn
	in   *bufio.Reader
	left atomic.Int64 // bytes that may still come
}

// open connects to the first socket that an address names.
func open(ctx context.Context, address string) (*line, error) {
	path, err := socket(cmp.Or(address, os.Getenv("DBUS_SYSTEM_BUS_ADDRESS"), usual))
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	l := &line{Conn: c}
	l.in = bufio.NewReader(bounded{l})
	l.ready(ctx)
	return l, nil
}

// ready lets the bus send again, and bounds how long it may refuse what we say.
func (l *line) ready(ctx context.Context) {
	l.left.Store(flood)
	until, _ := ctx.Deadline() // the zero time is none
	l.SetWriteDeadline(until)
}

// Read reads from the bus, up to the bound.
func (l *line) Read(b []byte) (int, error) { return l.in.Read(b) }

// bounded counts what a line reads.
type bounded struct{ *line }

// Read fails when the bus has sent too much.
func (b bounded) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	if b.left.Add(-int64(n)) < 0 {
		return 0, errFlood
	}
	return n, err
}

// socket returns the path of the Unix socket that a bus address names; one that begins with @ is abstract.
func socket(address string) (string, error) {
	for a := range strings.SplitSeq(address, ";") {
		params, ok := strings.CutPrefix(a, "unix:")
		if !ok {
			continue
		}
		for param := range strings.SplitSeq(params, ",") {
			key, value, _ := strings.Cut(param, "=")
			path, err := dbus.UnescapeBusAddressValue(value)
			switch {
			case err != nil || path == "":
			case key == "path":
				return path, nil
			case key == "abstract":
				return "@" + path, nil
			}
		}
	}
	return "", errors.New("the address " + address + " names no Unix socket: set DBUS_SYSTEM_BUS_ADDRESS to unix:path=...")
}
