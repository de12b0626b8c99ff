package block

import (
	"math"
	"slices"

	"edgeprobe.io/firmware"
)

// countColumn is how many steps each result has.
func countColumn() column {
	return numbers{
		get: func(r *firmware.Result) int64 { return int64(len(r.Steps)) },
		set: func(r *firmware.Result, v int64) bool {
			if v > 0 && v <= firmware.MaxSteps {
				r.Steps = make([]firmware.Step, v)
			}
			return v >= 0 && v <= firmware.MaxSteps
		},
		guess: same,
	}
}

// stepColumns are the columns of steps in their order on the wire. They are those of results: see [layOut].
func stepColumns() []column {
	name := values[string]{func(r *firmware.Result) *string { return &r.Check.Name }, appendText[string], takeName}
	return append(append([]column{name}, spent()...), small(func(r *firmware.Result) *uint32 { return &r.Bytes }, math.MaxUint32))
}

func stepped(results []Numbered) bool {
	return slices.ContainsFunc(results, func(r Numbered) bool { return len(r.Result.Steps) > 0 })
}

// layOut returns all steps as results, one after the other, each foretold by the same step of the same key's run
// before.
func layOut(results []Numbered, k *keyed) (flat []Numbered, fk *keyed) {
	fk = &keyed{keys: make([]key, len(k.keys)*firmware.MaxSteps)}
	for i := range fk.keys {
		fk.keys[i].uplink = k.keys[i/firmware.MaxSteps].uplink
	}
	for i := range results {
		for n, s := range results[i].Result.Steps {
			flat = append(flat, Numbered{Result: firmware.Result{
				Check: firmware.CheckRef{Name: s.Name}, Took: s.Took, Outcome: s.Outcome, Status: s.Status, Phases: s.Phases, Bytes: s.Bytes,
			}})
			fk.of = append(fk.of, k.of[i]*firmware.MaxSteps+n)
		}
	}
	fk.relate()
	return flat, fk
}

func appendSteps(dst []byte, results []Numbered, k *keyed) []byte {
	dst = countColumn().append(dst, results, k)
	flat, fk := layOut(results, k)
	for _, c := range stepColumns() {
		dst = c.append(dst, flat, fk)
	}
	return dst
}

func takeSteps(data []byte, results []Numbered, k *keyed) (rest []byte, err error) {
	if data, err = countColumn().read(data, results, k); err != nil {
		return nil, err
	}
	flat, fk := layOut(results, k)
	for _, c := range stepColumns() {
		if data, err = c.read(data, flat, fk); err != nil {
			return nil, err
		}
	}
	for i := range results {
		for n := range results[i].Result.Steps {
			r := &flat[0].Result
			results[i].Result.Steps[n] = firmware.Step{
				Name: r.Check.Name, Took: r.Took, Outcome: r.Outcome, Status: r.Status, Phases: r.Phases, Bytes: r.Bytes,
			}
			flat = flat[1:]
		}
	}
	return data, nil
}

func takeName(data []byte) (string, []byte, error) {
	text, rest, err := takeText(data, MaxName)
	return string(text), rest, err
}

// version is what a block of these results begins with.
func version(results []Numbered) byte {
	switch steps, trips := stepped(results), tripped(results); {
	case steps && trips:
		return VersionBoth
	case trips:
		return VersionTrips
	case steps:
		return VersionSteps
	}
	return Version
}
