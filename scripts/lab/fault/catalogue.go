package fault

import (
	"context"
	"fmt"
	"slices"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/wires"
	"edgeprobe.io/scripts/lab/world"
)

// Undo takes a fault back; nil where there is nothing to take back.
type Undo = wires.Undo

// deed is a verb and how it is done.
type deed struct {
	scenario.Verb
	do func(ctx context.Context, w *world.World, a *args) (Undo, error)
}

func catalogue() []deed {
	return slices.Concat(providerDeeds(), edgeDeeds(), nameDeeds(), wireDeeds(), placeDeeds(), brokerDeeds(), crashDeeds(), deviceDeeds(), storageDeeds(), peopleDeeds())
}

// Verbs returns everything that the lab can do, in the order of what it is done to.
func Verbs() (all []scenario.Verb) {
	for _, d := range catalogue() {
		all = append(all, d.Verb)
	}
	return all
}

// Do does a verb with its parameters, and returns what takes it back. What was begun before an error has been taken
// back.
func Do(ctx context.Context, w *world.World, verb string, with map[string][]string) (Undo, error) {
	all := catalogue()
	i := slices.IndexFunc(all, func(d deed) bool { return d.Name == verb })
	if i < 0 {
		return nil, fmt.Errorf("%q is nothing that the lab can do; lab faults lists what it can", verb)
	}
	for name := range with {
		if !slices.ContainsFunc(all[i].Params, func(p scenario.Param) bool { return p.Name == name }) {
			return nil, fmt.Errorf("%s has no parameter %q", verb, name)
		}
	}
	a := &args{verb: all[i].Verb, with: with, world: w}
	begun := time.Now()
	undo, err := all[i].do(ctx, w, a)
	if err != nil {
		err = fmt.Errorf("%s: %w", verb, err)
	}
	w.SawFault(verb, with, false, begun, err)
	if undo == nil || err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		begun, err := time.Now(), undo(ctx)
		w.SawFault(verb, with, true, begun, err)
		return err
	}, nil
}

// verb makes a deed without parameters.
func verb(name, about string, do func(ctx context.Context, w *world.World, a *args) (Undo, error), params ...scenario.Param) deed {
	return deed{scenario.Verb{Name: name, About: about, Params: params}, do}
}

// param is an optional parameter, need one that must be given.
func param(name, about string, values ...string) scenario.Param {
	return scenario.Param{Name: name, About: about, Values: values}
}

func need(name, about string, values ...string) scenario.Param {
	return scenario.Param{Name: name, About: about, Values: values, Required: true}
}
