package panel

import (
	"fmt"
	"strings"
	"time"
)

// Role is what a lamp's position speaks of.
type Role string

// The roles. A board has some or all of them.
const (
	RoleService Role = "service" // one per target region, or one for all
	RoleUplink  Role = "uplink"  // one each
	RoleFeed    Role = "feed"
	RoleSelf    Role = "self"
)

// Lamp is what one lamp shows.
type Lamp struct {
	Role    Role   `json:"role"`
	Name    string `json:"name,omitempty"` // region or uplink; "" where the role has one lamp
	Pattern `json:"pattern"`
	// Lease is how long from the frame's instant this may be shown without news: never beyond the evidence of a
	// green, always more than 0.
	Lease   time.Duration `json:"lease"`
	Subject string        `json:"subject,omitempty"` // the service or part that Meaning speaks of; "" where Name says it
	More    int           `json:"more,omitempty"`    // services beside Subject that this lamp shows alike
	Meaning string        `json:"meaning"`           // for people, a few words: "confirmed down"
}

// Key returns "role/name", or the role alone where it has one lamp: what drivers are keyed by.
func (l Lamp) Key() string { return key(l.Role, l.Name) }

// Says returns meaning and subject as one clause, the weightier first: "confirmed down: shop and 2 more".
func (l Lamp) Says() string { return l.clause(l.Meaning, " and %d more") }

// Brief is [Lamp.Says] for where that does not fit: "down: shop +2". That it is confirmed, the colour says.
func (l Lamp) Brief() string { return l.clause(strings.TrimPrefix(l.Meaning, "confirmed "), " +%d") }

func (l Lamp) clause(meaning, more string) string {
	if l.Subject == "" {
		return meaning
	}
	meaning += ": " + l.Subject
	if l.More > 0 {
		meaning += fmt.Sprintf(more, l.More)
	}
	return meaning
}

// String says what stands where: "service/eu: red fast blink, confirmed down: shop".
func (l Lamp) String() string { return l.Key() + ": " + l.Pattern.String() + ", " + l.Says() }

// Frame is the whole panel at one instant.
type Frame struct {
	Lamps []Lamp `json:"lamps"` // in the order of the board: services, uplinks, feed, self
	Tone  Tone   `json:"tone"`
}

// Keys returns the keys of the lamps that a frame may hold, in its order: what a board is opened with.
func Keys(set Settings, uplinks []string) []string {
	var keys []string
	for _, region := range regions(set) {
		keys = append(keys, key(RoleService, region))
	}
	for _, name := range uplinks {
		keys = append(keys, key(RoleUplink, name))
	}
	return append(keys, key(RoleFeed, ""), key(RoleSelf, ""))
}

func key(r Role, name string) string {
	if name == "" {
		return string(r)
	}
	return string(r) + "/" + name
}

// regions returns the service lamps' regions; the one of "" stands for all.
func regions(set Settings) []string {
	if len(set.Regions) == 0 {
		return []string{""}
	}
	return set.Regions
}
