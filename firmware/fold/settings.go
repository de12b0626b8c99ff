package fold

import (
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/quorum"
	"edgeprobe.io/firmware/verdict"
)

// Settings are all the facts that the fold decides by. They hold no secret: they are journaled.
type Settings struct {
	Device    string            `json:"device"`   // this device; an entry of Fleet
	Fleet     []firmware.Device `json:"fleet"`    //
	Services  []string          `json:"services"` // names, in the order of the config
	Rules     []verdict.Rule    `json:"rules"`    // checks of the services, controls and portal checks
	Verdict   verdict.Settings  `json:"verdict"`
	Quorum    quorum.Settings   `json:"quorum"`
	BeatEvery time.Duration     `json:"beat_every"` // between heartbeats
}
