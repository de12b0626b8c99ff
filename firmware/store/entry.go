package store

import "edgeprobe.io/firmware/fold"

// Entry is what one step of the fold made. Numbers ascend from entry to entry.
type Entry struct {
	Event       fold.Event
	Transitions []fold.Transition // that followed from it; usually none
}

// urgent reports whether e must be on the card before anything else happens.
func (e *Entry) urgent() bool {
	if len(e.Transitions) > 0 {
		return true
	}
	switch body := e.Event.Body.(type) {
	case fold.Result:
		return false
	case fold.Heard:
		return body.Beat == nil
	}
	return true
}

// Checkpoint is the fold's state after event Seq.
type Checkpoint struct {
	Seq   uint64
	State []byte // as given to Save
}

// Class is a kind of thing that brokers acknowledge.
type Class string

// The classes.
const (
	Transitions Class = "transitions" // cursors count transitions
	Results     Class = "results"     // cursors count events
)

// Cursor says what a broker has acknowledged: everything up to Done, and From to To.
type Cursor struct {
	Done     uint64
	From, To uint64 // a live range above Done; both 0: none
}

// Row is one block of results.
type Row struct {
	First, Last uint64 // the events that this row of the journal covers; all results of Data are within
	Data        []byte // see package block
}

// Stats are figures for people and metrics.
type Stats struct {
	Bytes           int64  // on the card now
	Pending         int    // events and checkpoints that wait for their commit
	Waiting         int    // transitions that wait for their commit
	Commits         uint64 // since Open, as all that follow
	Rows            uint64 // of the journal
	Results         uint64
	Transitions     uint64
	LostEvents      uint64 // dropped from memory while the card failed
	LostTransitions uint64
	Oldest          uint64 // first event that is kept; 0: none
	Reset           string // why an unusable file was moved aside; "" when none was
}
