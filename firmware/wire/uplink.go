package wire

import (
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// UplinkMessage is one of a device's uplinks.
type UplinkMessage struct {
	Device       string                `json:"device"`
	Uplink       string                `json:"uplink"`
	Network      string                `json:"network"` // ISP or ASN label of the fleet list
	Metered      bool                  `json:"metered"`
	Sight        fold.Sight            `json:"sight"`
	Since        *time.Time            `json:"since_at,omitempty"`
	TimeQuality  firmware.ClockQuality `json:"time_quality"`
	ControlsGood int                   `json:"controls_good"` // whose newest run passed
	Controls     int                   `json:"controls"`
	Summary      string                `json:"summary,omitempty"` // one sentence for people
}

// EncodeUplink writes the state of device's uplink u.
func EncodeUplink(device string, u fold.UplinkView, times Times) ([]byte, error) {
	w := walls{times: times}
	m := UplinkMessage{
		Device: device, Uplink: u.Name, Network: short(u.Network, maxBy), Metered: u.Metered, Sight: u.Sight,
		Since: w.at(u.Since), ControlsGood: u.Good, Controls: u.Controls, Summary: short(u.Why, maxWhy),
	}
	m.TimeQuality = w.quality()
	return marshal("uplink", m)
}
