// Package judge rules on a run of the lab: a scenario, what was seen, and what the devices' stores hold.
//
// It is pure: nothing here runs a lab, reads a clock or opens a file.
//
// How it decides. Every observation becomes sightings in the words of the scenario, and those of one subject of one
// device a track: a state lasts until the next one. An expectation holds if a matching state meets its window (for so
// long as it asks), a "never" if none does, though something of its subject was seen. Beside that, five invariants
// hold in every scenario, whatever it expects: see [Invariants].
package judge
