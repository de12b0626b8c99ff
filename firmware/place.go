package firmware

import (
	"fmt"
	"net/netip"
	"regexp"
)

var name = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// ValidName says whether s may name a site, device, uplink, service, check or control: 1 to 63 of [a-z0-9-],
// no dash at either end. Names become topic levels, so nothing else is allowed.
func ValidName(s string) error {
	if !name.MatchString(s) {
		return fmt.Errorf("%q is not a name: use 1 to 63 of a-z, 0-9 and inner dashes", s)
	}
	return nil
}

// Device is one appliance, as the fleet list states it; no message ever changes these facts.
type Device struct {
	ID      string       `json:"id"`
	Site    string       `json:"site"`
	Region  string       `json:"region"`
	Key     []byte       `json:"key"` // Ed25519 public key, 32 bytes
	Uplinks []UplinkFact `json:"uplinks"`
}

// UplinkFact is what the fleet list says of an uplink.
type UplinkFact struct {
	Name       string   `json:"name"`
	Network    string   `json:"network"`               // whose wire: ISP or ASN label
	Metered    bool     `json:"metered,omitempty"`     // every byte costs
	SharedRisk []string `json:"shared_risk,omitempty"` // what it shares with others: router, mast, duct
}

// Uplink is one way out of this device, as the device itself uses it.
type Uplink struct {
	Name      string
	Interface string           // kernel name bound with SO_BINDTODEVICE; empty binds nothing
	Source    netip.Addr       // source address; the zero Addr leaves it to the kernel
	Resolvers []netip.AddrPort // asked in order; never through the system resolver
	// AutoResolvers says to ask whichever resolvers the system was given for the interface; Resolvers is empty then.
	AutoResolvers bool
	Metered       bool
	Allowance     int64   // bytes a month that it may carry, both directions; 0: no bound
	Reserve       float64 // part of the allowance that only incidents may spend, 0 to 1
}

// Vantage is where a measurement is taken from.
type Vantage struct {
	Device string `json:"device"`
	Uplink string `json:"uplink"`
}

// String returns "device/uplink".
func (v Vantage) String() string { return v.Device + "/" + v.Uplink }
