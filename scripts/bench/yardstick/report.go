package yardstick

import (
	"context"
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
	budgetCPUResumed  = 0.45     // ms
	budgetWireResumed = 3600     // bytes, GET
	budgetBinary      = 12e6     // bytes
	budgetMemory      = 20 << 20 // bytes
)

// CPU compares a fresh HTTPS probe of ours with the bare loop, full and resumed, in one run.
func CPU(to Target) ([]Row, error) {
	var direct net.Dialer
	lanes, err := allLanes(to, direct.DialContext)
	if err != nil {
		return nil, err
	}
	defer release(lanes)
	ms, err := Race(lanes, rounds, perRound)
	if err != nil {
		return nil, err
	}
	budgets := []float64{budgetCPUResumed, 0, 0, 0}
	var rows []Row
	for i, l := range lanes {
		note := "the bare loop"
		if i%2 == 0 {
			note = fmt.Sprintf("%.2f of the bare loop", ms[i]/ms[i+1])
		}
		rows = append(rows, Row{"CPU per fresh HTTPS probe: " + l.Name, ms[i], budgets[i], "ms", note})
	}
	return rows, nil
}

// allLanes are ours and the bare loop, resumed, then full.
func allLanes(to Target, dial Dial) ([]Lane, error) {
	var lanes []Lane
	for _, resume := range []bool{true, false} {
		for _, build := range []func(Target, Dial, bool) (Lane, error){Prober, NetHTTP} {
			l, err := build(to, dial, resume)
			if err != nil {
				return nil, err
			}
			lanes = append(lanes, l)
		}
	}
	return lanes, nil
}

func release(lanes []Lane) {
	for _, l := range lanes {
		if l.Done != nil {
			l.Done()
		}
	}
}

// Wire counts the bytes of a fresh HTTPS probe, ours and the bare loop's.
func Wire(to Target) ([]Row, error) {
	var meter Meter
	lanes, err := allLanes(to, meter.Dial)
	if err != nil {
		return nil, err
	}
	defer release(lanes)
	budgets := []float64{budgetWireResumed, 0, 0, 0}
	var rows []Row
	for i, l := range lanes {
		meter = Meter{}
		for range perWire {
			if err := l.Once(); err != nil {
				return nil, fmt.Errorf("%s: %w", l.Name, err)
			}
		}
		rows = append(rows, Row{"bytes on the wire, GET of 1 KiB: " + l.Name, meter.PerConn(), budgets[i], "B", "IP and TCP headers included"})
	}
	return rows, nil
}

// Size is the size of the daemon's binary.
func Size(daemon string) (Row, error) {
	info, err := os.Stat(daemon)
	if err != nil {
		return Row{}, fmt.Errorf("measure binary: %w; make build first", err)
	}
	return Row{"daemon binary", float64(info.Size()) / 1e6, budgetBinary / 1e6, "MB", ""}, nil
}

// Memory is the daemon's peak resident memory at 40 checks over 2 uplinks.
func Memory(ctx context.Context, daemon string, to Target) (row Row, err error) {
	dir, err := os.MkdirTemp("", "edgeprobe-bench-")
	if err != nil {
		return Row{}, fmt.Errorf("make bench folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	peak, err := Peak(ctx, daemon, to, dir, memory)
	note := fmt.Sprintf("VmHWM after %s, every check each 10 s, no broker", memory)
	return Row{"peak memory, 40 checks x 2 uplinks", float64(peak) / (1 << 20), budgetMemory / (1 << 20), "MB", note}, err
}
