package fold

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/quorum"
	"edgeprobe.io/firmware/verdict"
)

// State is everything that the fold remembers. It is a value: Step never changes the one it was given. The zero
// State is what a new device starts from.
type State struct {
	Set         Settings                `json:"settings"`
	Now         firmware.Stamp          `json:"now"`         // instant of the newest event or tick
	Epoch       uint64                  `json:"epoch"`       // of the database
	Seq         uint64                  `json:"seq"`         // of the newest journaled event
	Transitions uint64                  `json:"transitions"` // number of the newest transition
	Sheets      uint64                  `json:"sheets"`      // sequence of the newest signed sheet or beat
	Tracks      map[Key]*verdict.Track  `json:"tracks"`      // each immutable
	Services    map[string]Service      `json:"services"`
	Uplinks     map[string]UplinkView   `json:"uplinks"`
	Eyes        map[string]verdict.Eyes `json:"eyes,omitempty"` // per uplink; absent: never lost
	Links       map[string]Link         `json:"links"`          // newest word of the kernel per uplink
	Peers       map[string]Peer         `json:"peers"`
	Parts       map[string]PartView     `json:"parts"`
	Clock       firmware.ClockState     `json:"clock"`
	Muted       bool                    `json:"muted"`
	BeatDue     firmware.Stamp          `json:"beat_due,omitzero"`

	facts *facts // derived from Set, shared and never changed
}

// Key names a check over an uplink.
type Key struct {
	Ref    firmware.CheckRef
	Uplink string
}

// MarshalText writes "service/check@uplink", for maps.
func (k Key) MarshalText() ([]byte, error) {
	return []byte(k.Ref.Service + "/" + k.Ref.Name + "@" + k.Uplink), nil
}

// UnmarshalText reads what MarshalText writes.
func (k *Key) UnmarshalText(text []byte) error {
	ref, uplink, _ := strings.Cut(string(text), "@")
	service, name, _ := strings.Cut(ref, "/")
	*k = Key{firmware.CheckRef{Service: service, Name: name}, uplink}
	return nil
}

// Service is what is remembered of one service.
type Service struct {
	Votes    []firmware.Vote   `json:"votes"` // own, by target region then uplink
	Quorum   quorum.State      `json:"quorum"`
	Decision firmware.Decision `json:"decision"`
	Sheet    uint64            `json:"sheet,omitempty"` // sequence of its newest sheet
	Looked   uint64            `json:"looked,omitempty"`
	Looking  firmware.Stamp    `json:"looking,omitzero"` // the suspicion that the present look answers
	Levels   map[string]Level  `json:"levels,omitempty"` // attention per uplink; absent: calm
}

// Peer is what is remembered of another device.
type Peer struct {
	Past     []uint64              `json:"past,omitempty"` // epochs it had before: never believed again
	Epoch    uint64                `json:"epoch"`
	Sequence uint64                `json:"sequence"` // newest sheet or beat
	Heard    firmware.Stamp        `json:"heard,omitzero"`
	Lease    firmware.Stamp        `json:"lease,omitzero"` // end of its life unless it beats again
	Sheets   map[string]HeardSheet `json:"sheets,omitempty"`
	Others   map[string]HeardSheet `json:"others,omitempty"` // of another epoch, which no beat has opened yet
}

// HeardSheet is a peer's sheet of one service, its evidence in our own time.
type HeardSheet struct {
	Epoch    uint64          `json:"epoch"`
	Sequence uint64          `json:"sequence"`
	Votes    []firmware.Vote `json:"votes"` // a zero Evidence means not yet vouched for by a beat
}

// Marshal returns the state as bytes, the same for the same state.
func (s State) Marshal() ([]byte, error) { return json.Marshal(s) }

// Unmarshal returns the state that Marshal wrote.
func Unmarshal(data []byte) (State, error) {
	var s State
	if err := json.Unmarshal(data, &s); err != nil {
		return State{}, err
	}
	s.facts = read(s.Set)
	return s, nil
}

// facts are what follows from the settings alone.
type facts struct {
	badRuns  int
	self     firmware.Device
	uplinks  []firmware.UplinkFact
	places   map[firmware.Vantage]quorum.Place
	regions  []string // of the fleet's devices, sorted
	rules    map[firmware.CheckRef]verdict.Rule
	services map[string][]verdict.Rule          // evidence left out
	desks    map[firmware.Target][]verdict.Rule // the same, per target
	targets  map[string][]string                // target regions per service, sorted; "" is the observer's own
	spans    map[string][]string                // regions that a service's votes can speak of, sorted
	controls []verdict.Rule                     // and what asks for portals
	devices  map[string]firmware.Device
}

func read(set Settings) *facts {
	f := &facts{
		badRuns: set.Verdict.BadRuns,
		places:  quorum.Places(set.Fleet), rules: map[firmware.CheckRef]verdict.Rule{},
		services: map[string][]verdict.Rule{}, targets: map[string][]string{}, spans: map[string][]string{}, desks: map[firmware.Target][]verdict.Rule{}, devices: map[string]firmware.Device{},
	}
	for _, d := range set.Fleet {
		f.devices[d.ID] = d
		f.regions = append(f.regions, d.Region)
	}
	f.self = f.devices[set.Device]
	f.uplinks = f.self.Uplinks
	for _, r := range set.Rules {
		f.rules[r.Ref] = r
		switch {
		case r.Role == firmware.RoleControl, r.Role == firmware.RolePortal:
			f.controls = append(f.controls, r)
		case r.Role != firmware.RoleEvidence:
			f.services[r.Ref.Service] = append(f.services[r.Ref.Service], r)
			at := firmware.Target{Service: r.Ref.Service, Region: r.Region}
			f.desks[at] = append(f.desks[at], r)
			f.targets[r.Ref.Service] = append(f.targets[r.Ref.Service], r.Region)
		}
	}
	f.regions = sorted(f.regions)
	for name, ts := range f.targets {
		ts = sorted(ts)
		f.targets[name], f.spans[name] = ts, ts
		if ts[0] == "" {
			f.spans[name] = sorted(append(slices.Clone(ts[1:]), f.regions...))
		}
	}
	return f
}

// sorted returns the distinct names in order.
func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

// patience is how long a look at a service may take: every run of a failure may last its timeout.
func (f *facts) patience(service string) (d time.Duration) {
	for _, r := range f.services[service] {
		d = max(d, r.Timeout)
	}
	return time.Duration(f.badRuns)*d + SettleTime
}
