package resolvers

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"edgeprobe.io/firmware/uplink/resolvers/bustest"
)

// TestChangesAreHeard: a daemon that says something new, comes or goes is heard, and nothing else is.
func TestChangesAreHeard(t *testing.T) {
	bus := bustest.Start(t)
	heard := make(chan struct{}, 64)
	b := &Bus{Address: bus.Address, Changed: func() { heard <- struct{}{} }}
	t.Cleanup(b.Close)
	if _, err := ask(t, b); err != nil {
		t.Fatal(err)
	}
	var resolved, manager *bustest.Daemon
	for _, step := range []struct {
		name    string
		do      func()
		signals int
	}{
		{"resolved comes", func() { resolved = bus.Resolved() }, 1},
		{"NetworkManager comes with news", func() { manager = bus.NetworkManager() }, 2},
		{"resolved has news", func() { resolved.Tell(bustest.Link(eth0, bustest.Servers("192.0.2.1")...)) }, 1},
		{"NetworkManager has news", func() { manager.Tell(bustest.Configuration(bustest.Entry("eth0", "192.0.2.1"))) }, 1},
		{"resolved goes", func() { resolved.Leave() }, 1},
		{"NetworkManager goes", func() { manager.Leave() }, 1},
	} {
		step.do()
		for n := range step.signals {
			select {
			case <-heard:
			case <-time.After(20 * time.Second):
				t.Fatalf("%s: heard %d signals, want %d", step.name, n, step.signals)
			}
		}
	}
	other := bus.Connect()
	if err := other.Emit("/somewhere", "org.freedesktop.DBus.Properties.PropertiesChanged", "x.y", map[string]dbus.Variant{}, []string{}); err != nil {
		t.Fatal(err)
	}
	if err := other.BusObject().Call("org.freedesktop.DBus.GetId", 0).Err; err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, b); err != nil { // behind the signal on the way
		t.Fatal(err)
	}
	if len(heard) > 0 {
		t.Errorf("heard %d signals that nobody asked for", len(heard))
	}
	bus.End()
	select {
	case <-heard:
	case <-time.After(20 * time.Second):
		t.Error("the end of the bus was not heard")
	}
}

// TestNothingHangs: whatever hangs, an ask ends in time and says so, and the next one is well as soon as all is.
func TestNothingHangs(t *testing.T) {
	bus := bustest.Start(t)
	resolved := bus.Resolved()
	resolved.Tell(bustest.Link(eth0, bustest.Servers("192.0.2.1")...))
	b := &Bus{Address: bus.Address}
	t.Cleanup(b.Close)
	var release func()
	for _, step := range []struct {
		name     string
		do, undo func()
	}{
		{"the daemon", func() { release = resolved.Hang() }, func() { release() }},
		{"the bus, after it was connected", func() { bus.Signal(syscall.SIGSTOP) }, func() { bus.Signal(syscall.SIGCONT) }},
		{"the bus, before it is connected", func() { b.Close(); bus.Signal(syscall.SIGSTOP) }, func() { bus.Signal(syscall.SIGCONT) }},
	} {
		if k, err := ask(t, b); err != nil || k.From != Resolved {
			t.Fatalf("before %s hangs: %v, %v", step.name, k, err)
		}
		step.do()
		k, err := askBriefly(t, b)
		step.undo()
		if !errors.Is(err, context.DeadlineExceeded) || k.From != Nobody {
			t.Errorf("%s hangs: %v, %v", step.name, k, err)
		}
	}
	bus.End()
	if k, err := ask(t, b); err == nil || k.From != Nobody {
		t.Errorf("the bus has ended: %v, %v", k, err)
	}
	bus.Launch()
	if k, err := ask(t, b); err != nil || k.From != Nobody {
		t.Errorf("a bus without daemons: %v, %v", k, err)
	}
}

// TestWithoutABus: an address that leads nowhere, or is none, is an error at once.
func TestWithoutABus(t *testing.T) {
	for _, address := range []string{"unix:path=/nonexistent/bus", "tcp:host=127.0.0.1,port=1", "", "unix:dir=/tmp", "unix:path=%zz", "unix:path="} {
		t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/other")
		if k, err := ask(t, &Bus{Address: address}); err == nil || k.From != Nobody || !strings.Contains(err.Error(), "reach the system bus") {
			t.Errorf("%q: %v, %v", address, k, err)
		}
	}
}

// TestAddresses: every way to write the address of a Unix socket.
func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"unix:path=/run/dbus/s": "/run/dbus/s", "unix:guid=1,path=/run/a%20b": "/run/a b", "unix:abstract=/tmp/x,guid=2": "@/tmp/x",
		"launchd:env=X;unix:path=/s": "/s", usual: "/var/run/dbus/system_bus_socket",
	} {
		if got, err := socket(address); err != nil || got != want {
			t.Errorf("%s: %q, %v", address, got, err)
		}
	}
}

// TestNothingIsLeft: asking, and failing to, leaves no goroutine behind.
func TestNothingIsLeft(t *testing.T) {
	bus := bustest.Start(t)
	bus.Resolved().Tell(bustest.Link(eth0, bustest.Servers("192.0.2.1")...))
	before := runtime.NumGoroutine()
	for range 20 {
		b := &Bus{Address: bus.Address, Changed: func() {}}
		if k, err := ask(t, b); err != nil || k.From != Resolved {
			t.Fatal(k, err)
		}
		b.Close()
		b.Close()
	}
	for late := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(late); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine() - before; n > 0 {
		t.Errorf("%d goroutines are left", n)
	}
}

// liar is a bus that welcomes whoever calls and then sends what a test gives it.
func liar(t *testing.T, send []byte) *Bus {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	context.AfterFunc(canceled(t), func() { // in a goroutine of its own
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			lie(c, send)
		}
	})
	b := &Bus{Address: "unix:path=" + path}
	t.Cleanup(b.Close)
	return b
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// lie follows the handshake of the D-Bus specification, then answers nothing it is asked.
func lie(c net.Conn, send []byte) {
	defer c.Close()
	in := make([]byte, 512)
	for _, answer := range []string{"REJECTED EXTERNAL\r\n", "OK 0123456789abcdef0123456789abcdef\r\n"} {
		if _, err := c.Read(in); err != nil {
			return
		}
		io.WriteString(c, answer)
	}
	c.Read(in) // BEGIN, and perhaps the first call
	c.Write(send)
	io.Copy(io.Discard, c)
}

// TestABrokenBus: what no bus may say neither stops this process nor is believed.
func TestABrokenBus(t *testing.T) {
	for name, send := range map[string][]byte{
		"nothing":              nil,
		"noise":                bytes.Repeat([]byte("l\x02\x01what"), 4000),
		"a flood":              bytes.Repeat([]byte{'l'}, 2*flood),
		"a name lost":          signal(t, "NameLost"),
		"a name of no type":    signal(t, "NameAcquired", uint32(7)),
		"a call":               call(t),
		"a message of 128 MiB": append([]byte("l\x02\x01\x01"), binary.LittleEndian.AppendUint32(nil, 1<<27-64)...),
	} {
		t.Run(name, func(t *testing.T) {
			if k, err := askBriefly(t, liar(t, send)); err == nil || k.From != Nobody {
				t.Errorf("%v, %v", k, err)
			}
		})
	}
}

func signal(t *testing.T, member string, body ...any) []byte {
	return encode(t, &dbus.Message{Type: dbus.TypeSignal, Body: body, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath("/org/freedesktop/DBus")), dbus.FieldInterface: dbus.MakeVariant("org.freedesktop.DBus"),
		dbus.FieldMember: dbus.MakeVariant(member), dbus.FieldSender: dbus.MakeVariant("org.freedesktop.DBus"),
	}})
}

func call(t *testing.T) []byte {
	return encode(t, &dbus.Message{Type: dbus.TypeMethodCall, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath("/")), dbus.FieldInterface: dbus.MakeVariant("org.freedesktop.DBus.Peer"), dbus.FieldMember: dbus.MakeVariant("Ping"),
	}})
}

func encode(t testing.TB, m *dbus.Message) []byte {
	t.Helper()
	if len(m.Body) > 0 {
		m.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(m.Body...))
	}
	var out bytes.Buffer
	if err := m.EncodeTo(&out, binary.LittleEndian); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
