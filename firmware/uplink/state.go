package uplink

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// State reads from the kernel whether the uplink can carry anything: its interface exists, is up and running,
// has an address (or the source address), and a route leads out of it. Without an interface only the source
// address is looked for. When not up, why is one clause for people.
func (u *Uplink) State() (up bool, why string) {
	if err := u.check(); err != nil {
		return false, err.Error()
	}
	return true, ""
}

func (u *Uplink) check() error {
	if u.facts.Interface == "" {
		return u.checkSource()
	}
	i, err := net.InterfaceByName(u.facts.Interface)
	if err != nil {
		return fmt.Errorf("interface %s does not exist", u.facts.Interface)
	}
	addrs, err := i.Addrs()
	if err != nil {
		return fmt.Errorf("read addresses of %s: %w", i.Name, err)
	}
	if err := checkInterface(i, addrs, u.facts.Source); err != nil || i.Flags&net.FlagLoopback != 0 {
		return err
	}
	return u.checkRoute()
}

// checkSource asks the kernel whether the source address is its own by binding a socket to it: the one answer
// that is right for the whole of 127.0.0.0/8 too.
func (u *Uplink) checkSource() error {
	if !u.facts.Source.IsValid() {
		return nil
	}
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(u.facts.Source, 0)))
	if err != nil {
		return fmt.Errorf("address %s is not on this device", u.facts.Source)
	}
	return c.Close()
}

// checkInterface judges an interface by its flags and addresses.
func checkInterface(i *net.Interface, addrs []net.Addr, source netip.Addr) error {
	switch {
	case i.Flags&net.FlagUp == 0:
		return fmt.Errorf("interface %s is switched off", i.Name)
	case i.Flags&net.FlagRunning == 0:
		return fmt.Errorf("interface %s has no carrier", i.Name)
	}
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		switch {
		case !source.IsValid() && !p.Addr().IsLinkLocalUnicast(),
			source == p.Addr(),
			i.Flags&net.FlagLoopback != 0 && p.Contains(source): // the kernel answers for all of a loopback prefix
			return nil
		}
	}
	if source.IsValid() {
		return fmt.Errorf("address %s is not on interface %s", source, i.Name)
	}
	return fmt.Errorf("interface %s has no address", i.Name)
}

// checkRoute looks for a route to anywhere, of either family. Only "no route" counts; whatever else goes wrong is for
// the controls to find.
func (u *Uplink) checkRoute() error {
	for _, to := range anywhere() {
		if u.facts.Source.IsValid() && u.facts.Source.Is4() != to.Is4() {
			continue
		}
		if _, err := routeTo(u.facts.Interface, u.facts.Source, to); !errors.Is(err, unix.ENETUNREACH) && !errors.Is(err, unix.EAFNOSUPPORT) {
			return nil
		}
	}
	return fmt.Errorf("interface %s has no default route", u.facts.Interface)
}
