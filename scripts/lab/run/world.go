package run

import (
	"context"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

// World is what a scenario is played on: the lab, or a fake in tests.
type World interface {
	// Open builds everything but the devices.
	Open(ctx context.Context) error
	// Boot starts the devices.
	Boot(ctx context.Context) error
	// Do does a deed and returns how to undo it; nil where nothing can be undone.
	Do(ctx context.Context, f scenario.Fault) (undo func(context.Context) error, err error)
	// Log is what was seen so far.
	Log() *seen.Log
	// Begin makes this instant the one that all times of the log and the holdings count from.
	Begin()
	// Stop stops the devices as an operator would, so that they can say what they have to say.
	Stop(ctx context.Context) error
	// Holdings reads what the stopped devices' stores hold.
	Holdings() []judge.Holding
	// Close ends everything that is left.
	Close() error
}
