package yardstick

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// How much is measured: enough that rounds agree within some percent, little enough to run before every release.
const (
	rounds   = 5
	perRound = 300
	perWire  = 50
	memory   = 60 * time.Second
)

// The budgets, as the design states them.
const (
	budgetCPU    = 0.45 / 0.85 // of what bare net/http costs in full: 0.45 ms where that is 0.85
	budgetGET    = 3600        // bytes, resumed
	budgetHEAD   = 2500        // bytes, resumed
	budgetBinary = 12e6        // bytes
	budgetMemory = 20 << 20    // bytes
)

// ours are the ways in which our prober is measured. The first is its default.
func ours() []Way {
	return []Way{{Resume: true}, {Resume: true, Head: true}, {}, {X25519: true}}
}

// allLanes are ours, then the bare loop's: resumed, and last in full.
func allLanes(to Target, dial Dial) (lanes []Lane, err error) {
	add := func(l Lane, failed error) {
		lanes, err = append(lanes, l), errors.Join(err, failed)
	}
	for _, way := range ours() {
		add(Prober(to, dial, way))
	}
	add(NetHTTP(to, dial, Resumed))
	add(NetHTTP(to, dial, Full))
	return lanes, err
}

func release(lanes []Lane) {
	for _, l := range lanes {
		if l.Done != nil {
			l.Done()
		}
	}
}

// CPU compares a fresh HTTPS probe of ours with the bare loop, in one run.
func CPU(to Target) ([]Row, error) {
	var direct net.Dialer
	lanes, err := allLanes(to, direct.DialContext)
	defer release(lanes)
	if err != nil {
		return nil, err
	}
	ms, err := Race(lanes, rounds, perRound)
	if err != nil {
		return nil, err
	}
	full := ms[len(ms)-1]
	var rows []Row
	for i, l := range lanes {
		row := Row{What: "CPU per run alone, back to back: " + l.Name, Value: ms[i], Unit: "ms", Bare: ms[i] / full, Note: "nothing stored"}
		if i < len(ours()) && ours()[i].Resume {
			row.Budget = budgetCPU * full
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Wire counts the bytes of a fresh HTTPS probe, ours and the bare loop's.
func Wire(to Target) ([]Row, error) {
	var meter Meter
	lanes, err := allLanes(to, meter.Dial)
	defer release(lanes)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for i, l := range lanes {
		meter.Take() // what the lane's making cost
		for range perWire {
			if err := l.Once(); err != nil {
				return nil, fmt.Errorf("%s: %w", l.Name, err)
			}
		}
		_, each := meter.Take()
		row := Row{What: "bytes per run alone: " + l.Name, Value: each, Unit: "B", Note: "of the kernel's count for the connection"}
		if i < len(ours()) && ours()[i].Resume {
			row.Budget = budgetGET
			if ours()[i].Head {
				row.Budget = budgetHEAD
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Size is the size of the daemon's binary.
func Size(daemon string) (Row, error) {
	info, err := os.Stat(daemon)
	if err != nil {
		return Row{}, fmt.Errorf("measure binary: %w; make build first", err)
	}
	return Row{What: "daemon binary", Value: float64(info.Size()) / 1e6, Budget: budgetBinary / 1e6, Unit: "MB"}, nil
}

// Memory is the daemon's peak resident memory at 40 checks over 2 uplinks.
func Memory(ctx context.Context, daemon string, to Target, sources []string) (row Row, err error) {
	dir, err := os.MkdirTemp("", "edgeprobe-bench-")
	if err != nil {
		return Row{}, fmt.Errorf("make bench folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	dev := Device{To: to, Sources: sources, Interval: 10 * time.Second}
	peak, err := Peak(ctx, daemon, dev, dir, memory)
	note := fmt.Sprintf("VmHWM after %s, every check each 10 s, no broker", memory)
	return Row{What: "peak memory, 40 checks x 2 uplinks", Value: float64(peak) / (1 << 20), Budget: budgetMemory / (1 << 20), Unit: "MB", Note: note}, err
}
