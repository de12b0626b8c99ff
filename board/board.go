package board

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/drivers/simpanel"
	"periph.io/x/conn/v3"
)

// Lamp is a lamp of any board.
type Lamp interface {
	conn.Resource
	// Show shows a for on, then b for off, again and again (off 0: a alone), both 0xRRGGBB, for at most lease.
	Show(a, b uint32, on, off, lease time.Duration) error
	Off() error
}

// Buzzer is a buzzer of any board.
type Buzzer interface {
	conn.Resource
	// Sound sounds the beats (sound, silence, sound, ...), again and again with repeat, for at most lease.
	Sound(beats []time.Duration, repeat bool, lease time.Duration) error
	Silence() error
}

// Panel is what a board has for people.
type Panel struct {
	Board  string
	Lamps  map[string]Lamp // by the roles that Open was given; those that the board lacks are absent
	Buzzer Buzzer          // nil: none
	Sim    *simpanel.Panel // what the lamps show, on the board "sim" alone
}

// Sim is the board without hardware: every role has a lamp, in memory.
const Sim = "sim"

// Known returns the names of all boards.
func Known() []string { return []string{Sim} }

// Open returns the drivers of the named board for roles like "service/eu" or "self". An unknown name is an error
// that lists the known ones. record is a file that gets what the board "sim" shows, see [simpanel.Panel.Record]; ""
// records nothing.
func Open(name string, roles []string, record string) (*Panel, error) {
	if !slices.Contains(Known(), name) {
		return nil, fmt.Errorf("open board %q: not known; use one of: %s", name, strings.Join(Known(), ", "))
	}
	sim := simpanel.New(time.Now)
	if record != "" {
		f, err := os.OpenFile(record, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return nil, fmt.Errorf("record what the board shows: %w", err)
		}
		sim.Record(f)
	}
	p := &Panel{Board: name, Lamps: make(map[string]Lamp, len(roles)), Buzzer: sim.Buzzer(), Sim: sim}
	for _, role := range roles {
		p.Lamps[role] = sim.Lamp(role)
	}
	return p, nil
}

// Halt turns everything off.
func (p *Panel) Halt() error {
	var errs []error
	for _, l := range p.Lamps {
		errs = append(errs, l.Halt())
	}
	if p.Buzzer != nil {
		errs = append(errs, p.Buzzer.Halt())
	}
	return errors.Join(errs...)
}
