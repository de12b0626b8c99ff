package rig

import (
	"fmt"
	"time"

	"edgeprobe.io/firmware"
)

// The design's device: so many checks at this cadence, over two uplinks.
const (
	Checks     = 40
	Interval   = 10 * time.Second
	perService = 4
)

// Web returns n checks of the web, four to a service, at the default cadence. Each asks what url says of its number.
func Web(n int, url func(i int) string) (cs []firmware.Check) {
	for i := range n {
		c := firmware.Check{
			Ref:  firmware.CheckRef{Service: fmt.Sprintf("service-%d", i/perService), Name: fmt.Sprintf("edge-%d", i%perService)},
			Kind: "http", Role: firmware.RoleEdge, Critical: true, Interval: Interval, Timeout: Interval / 2,
			HTTP: &firmware.HTTPCheck{URL: url(i)},
		}
		if i%perService == perService-1 {
			c.Ref.Name, c.Role, c.Critical = "origin", firmware.RoleOrigin, false
		}
		cs = append(cs, c)
	}
	return cs
}
