package schedule

import "time"

// Settings are the cadences apart from each check's own interval.
type Settings struct {
	Recheck  time.Duration // between the end of a run and the next in a burst
	Incident time.Duration // interval while a service is not up; the check's own when that is shorter
	Metered  time.Duration // least interval of every check on a metered uplink; 0: as often as its allowance bears
	Slot     int           // probes started together on one uplink, at most
	Control  time.Duration // between the end of a control's run and the next in a burst
}

// Defaults returns 150 ms, 1 s, what the allowance bears, slots of 4 and 1 s for controls.
func Defaults() Settings {
	return Settings{Recheck: 150 * time.Millisecond, Incident: time.Second, Slot: 4, Control: time.Second}
}
