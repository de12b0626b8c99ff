package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/wires"
	"edgeprobe.io/scripts/lab/world"
)

// args are a deed's parameters. The first thing that is wrong with them is kept in err.
type args struct {
	verb  scenario.Verb
	with  map[string][]string
	world *world.World
	err   error
}

func (a *args) wrong(name, format string, more ...any) {
	if a.err == nil {
		a.err = fmt.Errorf("%s: %s", name, fmt.Sprintf(format, more...))
	}
}

// text returns a parameter's only value.
func (a *args) text(name, otherwise string) string {
	switch v := a.with[name]; len(v) {
	case 0:
		return otherwise
	case 1:
		return v[0]
	}
	a.wrong(name, "give one value")
	return otherwise
}

// duration returns a length of time within bounds.
func (a *args) duration(name string, otherwise, least, most time.Duration) time.Duration {
	text := a.text(name, otherwise.String())
	d, err := time.ParseDuration(text)
	if err != nil || d < least || d > most {
		a.wrong(name, "%q is no length of time from %v to %v", text, least, most)
	}
	return d
}

// number returns a whole number within bounds.
func (a *args) number(name string, otherwise, least, most int) int {
	text := a.text(name, strconv.Itoa(otherwise))
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		a.wrong(name, "%q is no number from %d to %d", text, least, most)
	}
	return n
}

// among returns a list's values, each of which must be known; all of them when none is given.
func (a *args) among(name string, known []string) []string {
	given := a.with[name]
	for _, v := range given {
		if !slices.Contains(known, v) {
			a.wrong(name, "%q is none of %s", v, strings.Join(known, ", "))
		}
	}
	if len(given) == 0 {
		return known
	}
	return given
}

func (a *args) regions() []string  { return a.among("of", a.world.Topology.Regions()) }
func (a *args) sites() []string    { return a.among("of", a.world.Topology.Sites()) }
func (a *args) networks() []string { return a.among("of", a.world.Topology.Networks()) }

func (a *args) brokers() []string { return a.among("node", a.world.Topology.Brokers()) }

// devices returns the devices named.
func (a *args) devices() []string {
	var known []string
	for _, d := range a.world.Topology.Devices {
		known = append(known, d.ID)
	}
	return a.among("of", known)
}

// links returns the names of the uplinks named: "berlin/eth0", or "berlin" for all of a device's.
func (a *args) links() (all []string) {
	var known []string
	of := map[string][]string{}
	for _, d := range a.world.Topology.Devices {
		for _, u := range d.Uplinks {
			name := world.UplinkLink(d.ID, u.Name)
			known = append(known, name)
			of[d.ID] = append(of[d.ID], name)
		}
	}
	for _, v := range a.with["of"] {
		switch {
		case of[v] != nil:
			all = append(all, of[v]...)
		case slices.Contains(known, v):
			all = append(all, v)
		default:
			a.wrong("of", "%q is no device and none of %s", v, strings.Join(known, ", "))
		}
	}
	return all
}

// way returns a direction, seen from the device.
func (a *args) way() wires.Way { return wires.Way(a.text("way", string(wires.Both))) }

// each does something to each of a list, all or nothing, unless the parameters were wrong.
func each(ctx context.Context, a *args, list []string, do func(string) (Undo, error)) (Undo, error) {
	if a.err != nil {
		return nil, a.err
	}
	var done []Undo
	undo := func(ctx context.Context) error {
		var errs []error
		for _, u := range slices.Backward(done) {
			errs = append(errs, u(ctx))
		}
		return errors.Join(errs...)
	}
	for _, item := range list {
		u, err := do(item)
		if err != nil {
			return nil, errors.Join(err, undo(ctx))
		}
		done = append(done, u)
	}
	return undo, nil
}

// gone makes an Undo of what cannot fail.
func gone(f func()) Undo {
	return func(context.Context) error {
		f()
		return nil
	}
}
