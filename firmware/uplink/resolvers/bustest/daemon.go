package bustest

import (
	"fmt"
	"sync"

	"github.com/godbus/dbus/v5"
)

// What the two daemons are called, and where they are asked.
const (
	resolved   = "org.freedesktop.resolve1"
	manager    = "org.freedesktop.NetworkManager"
	properties = "org.freedesktop.DBus.Properties"

	resolvedPath   dbus.ObjectPath = "/org/freedesktop/resolve1"
	dnsManagerPath dbus.ObjectPath = "/org/freedesktop/NetworkManager/DnsManager"
)

// Daemon tells what a test wants it to tell, by the interface of systemd-resolved or of NetworkManager.
type Daemon struct {
	bus   *Bus
	conn  *dbus.Conn
	name  string
	mu    sync.Mutex
	told  map[dbus.ObjectPath]map[string]dbus.Variant // guarded by mu; the properties of each object
	asked int                                         // guarded by mu
	hangs chan struct{}                               // guarded by mu; nil: it answers
}

// Resolved puts a systemd-resolved on the bus that knows no link yet.
func (b *Bus) Resolved() *Daemon {
	d := b.daemon(resolved)
	b.export(d, "GetLink", d.getLink, resolvedPath, resolved+".Manager")
	return d
}

// NetworkManager puts a NetworkManager on the bus that knows no interface yet.
func (b *Bus) NetworkManager() *Daemon {
	d := b.daemon(manager)
	d.Tell(Configuration())
	return d
}

func (b *Bus) daemon(name string) *Daemon {
	b.t.Helper()
	d := &Daemon{bus: b, conn: b.Connect(), name: name, told: map[dbus.ObjectPath]map[string]dbus.Variant{}}
	if r, err := d.conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
		b.t.Fatalf("become %s: %v, %v", name, r, err)
	}
	return d
}

func (b *Bus) export(d *Daemon, method string, f any, path dbus.ObjectPath, iface string) {
	b.t.Helper()
	if err := d.conn.ExportMethodTable(map[string]any{method: f}, path, iface); err != nil {
		b.t.Fatalf("serve %s: %v", iface, err)
	}
}

// Leave takes the daemon off the bus.
func (d *Daemon) Leave() { d.conn.Close() }

// Asked returns how often the daemon was asked for properties.
func (d *Daemon) Asked() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

// Hang keeps the daemon from answering until the function that is returned is called.
func (d *Daemon) Hang() (release func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	until := make(chan struct{})
	d.hangs = until
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.hangs = nil
		close(until)
	})
}

// Tell sets what is told, and says that it has changed.
func (d *Daemon) Tell(t Told) {
	d.bus.t.Helper()
	d.Whisper(t)
	about, iface := resolvedPath, resolved+".Manager" // its links' properties announce nothing, its manager's do
	if d.name == manager {
		about, iface = dnsManagerPath, manager+".DnsManager"
	}
	if err := d.conn.Emit(about, properties+".PropertiesChanged", iface, map[string]dbus.Variant{}, []string{"DNS"}); err != nil {
		d.bus.t.Fatalf("announce a change: %v", err)
	}
}

// Whisper sets what is told, and does not say so.
func (d *Daemon) Whisper(t Told) {
	d.bus.t.Helper()
	d.mu.Lock()
	d.told[t.path] = t.properties
	d.mu.Unlock()
	d.bus.export(d, "GetAll", func(string) (map[string]dbus.Variant, *dbus.Error) { return d.getAll(t.path) }, t.path, properties)
}

func (d *Daemon) getAll(path dbus.ObjectPath) (map[string]dbus.Variant, *dbus.Error) {
	d.mu.Lock()
	d.asked++
	told, hangs := d.told[path], d.hangs
	d.mu.Unlock()
	if hangs != nil {
		<-hangs
	}
	return told, nil
}

func (d *Daemon) getLink(index int32) (dbus.ObjectPath, *dbus.Error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	path := linkPath(int(index))
	if d.told[path] == nil {
		return "", dbus.NewError(resolved+".NoSuchLink", []any{fmt.Sprintf("Link %d not known", index)})
	}
	return path, nil
}
