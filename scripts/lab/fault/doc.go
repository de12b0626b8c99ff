// Package fault is what the lab can do to its world: a catalogue of verbs with their parameters, and how each is done
// and taken back.
//
// Each verb does one thing that really happens, at the place where it happens: a certificate is swapped at the edge, a
// wire loses frames, a process is stopped. Faults may overlap in any order, also several of one kind, unless a verb's
// description says otherwise. [Verbs] is the reference; `lab faults` prints it.
package fault
