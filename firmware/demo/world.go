package demo

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
)

// Where things are. Linux answers on all of 127.0.0.0/8, so each part can have an address of its own.
const (
	loopback      = "127.0.0.1"
	originAddress = "127.0.2.1"
	namesAddress  = "127.0.3.1"
)

// region is a part of the provider's world: its edge, and which customers are given it.
type region struct {
	name, edge, customers string
}

func regions() []region {
	return []region{
		{"us", "127.0.1.1", "127.0.11.0/24"},
		{"eu", "127.0.1.2", "127.0.12.0/24"},
	}
}

func controlAddresses() []string { return []string{"127.0.21.1", "127.0.22.1", "127.0.23.1"} }

// World is the provider, the controls outside it, the broker and a customer.
type World struct {
	Account  *Account
	Broker   *Broker
	Edges    []*Edge // in the order of the regions: us, eu
	Customer *Customer

	trust    []byte // PEM
	names    *names
	origin   net.Listener
	controls []net.Listener
}

// Open binds every address of the world and starts the broker, which keeps its streams under dir; say is told what
// happens to the customer, from another goroutine. Everything answers once the tasks run. Close it, whether they ran or not.
func Open(dir string, say func(string)) (*World, error) {
	w := &World{Account: NewAccount()}
	if err := w.open(dir, say); err != nil {
		w.Close()
		return nil, fmt.Errorf("open the demo's world: %w", err)
	}
	return w, nil
}

func (w *World) open(dir string, say func(string)) error {
	ls, err := listen(originAddress)
	if err != nil {
		return err
	}
	w.origin = ls[0]
	if w.controls, err = listenControls(controlAddresses()...); err != nil {
		return err
	}
	if err := w.openEdges(say); err != nil {
		return err
	}
	if err := w.openNames(); err != nil {
		return err
	}
	w.Broker, err = startBroker(dir, deviceNames())
	return err
}

func (w *World) openEdges(say func(string)) error {
	ca, err := newAuthority()
	if err != nil {
		return err
	}
	var addresses []string
	for _, r := range regions() {
		addresses = append(addresses, r.edge)
	}
	ls, err := listen(addresses...)
	if err != nil {
		return err
	}
	for i, r := range regions() {
		conf, err := ca.server(int64(2+i), Zone, "*."+Zone)
		if err != nil {
			closeAll(ls[i:])
			return err
		}
		e := newEdge(r.name, ls[i], conf, w.origin.Addr().String())
		w.Edges = append(w.Edges, e)
		w.Account.edges[r.name] = e
	}
	w.trust = ca.pem()
	w.Customer = newCustomer(w.base(Zone), w.Edges[0].Address, ca.client(), say)
	return nil
}

func (w *World) openNames() error {
	var err error
	if w.names, err = listenNames(namesAddress); err != nil {
		return err
	}
	w.names.origin, w.names.edges, w.names.region = netip.MustParseAddr(originAddress), map[string]netip.Addr{}, regionOf
	for _, r := range regions() {
		w.names.edges[r.name] = netip.MustParseAddr(r.edge)
	}
	return nil
}

// regionOf says which region's edge a customer is given; strangers are given the first's.
func regionOf(customer netip.Addr) string {
	for _, r := range regions() {
		if netip.MustParsePrefix(r.customers).Contains(customer) {
			return r.name
		}
	}
	return regions()[0].name
}

// base returns the beginning of a URL on the edges under a name of the zone.
func (w *World) base(name string) string {
	return "https://" + net.JoinHostPort(name, portOf(w.Edges[0].listener.Addr()))
}

// Tasks returns everything that has to run for the world to answer, the broker apart: it runs already.
func (w *World) Tasks() []Task {
	tasks := append(w.names.tasks(), serve("origin", w.origin, NewOrigin(w.Account)), Task{"customer", w.Customer.run})
	for _, e := range w.Edges {
		tasks = append(tasks, e.task())
	}
	for i, l := range w.controls {
		tasks = append(tasks, serve(fmt.Sprintf("control %d", i+1), l, http.HandlerFunc(control)))
	}
	return append(tasks, w.Broker.task())
}

// Close gives back what [Open] took, as far as the tasks have not.
func (w *World) Close() {
	if w.origin != nil {
		_ = w.origin.Close()
	}
	closeAll(w.controls)
	for _, e := range w.Edges {
		_ = e.listener.Close()
	}
	if w.names != nil {
		w.names.close()
	}
	if w.Broker != nil {
		w.Broker.close()
	}
}
