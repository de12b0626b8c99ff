package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"edgeprobe.io/board"
	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/agent"
	"edgeprobe.io/firmware/agent/supervise"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/config"
	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/panel/screen"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/schedule"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/firmware/uplink"
)

// serve builds the device from its config, one visible graph, and runs it.
func serve(ctx context.Context, cfg *config.Config, log *slog.Logger, face *screen.Screen, drawn bool) error {
	var (
		clk, errClock = clock.New(clock.Built())
		db, errStore  = store.Open(cfg.Store, log)
		brd, errBoard = board.Open(cfg.Board, panel.Keys(cfg.Panel, names(cfg.Uplinks)), cfg.Record)
		ups           = open(cfg.Uplinks)
		canary        = &probe.Canary{}
	)
	for _, err := range []error{errClock, errStore, errBoard} {
		if err != nil {
			return err
		}
	}
	defer db.Close()
	for _, u := range ups {
		if err := u.Account(cfg.Store.Dir, clk.Now().Boot); err != nil {
			log.Warn("the bytes of this month are counted anew", "uplink", u.Name(), "error", err)
		}
	}
	cfg.Probe.Canary = canary
	jobs, err := prepare(cfg, ups, clk)
	if err != nil {
		return err
	}
	var (
		lamps, buzzer = drivers(brd)
		watch         func(panel.Frame)
	)
	if drawn {
		watch = func(f panel.Frame) { face.Update(cfg.Fold.Device, f) }
	}
	a, err := agent.New(agent.Parts{
		Fold: cfg.Fold, Schedule: cfg.Schedule, Feed: cfg.Feed, Panel: cfg.Panel, Statuspage: cfg.Statuspage,
		Version: version, Key: cfg.Key, Clock: clk, Store: db, Uplinks: ups, Jobs: jobs, Canary: canary,
		Board: panel.New(cfg.Panel, lamps, buzzer, log), Watch: watch, Log: log,
	})
	if err != nil {
		return err
	}
	tasks := []supervise.Task{{Run: a.Run}} // its parts have names of their own
	if drawn {
		tasks = append(tasks, supervise.Task{Name: "screen", Run: face.Run})
		face.Note(pageNote(cfg.Statuspage.Listen))
	}
	log.Info("edgeprobed starts", "version", version, "device", cfg.Fold.Device, "page", cfg.Statuspage.Listen)
	return supervise.Run(ctx, tasks)
}

// prepare makes a prober for every check over every uplink it runs on.
func prepare(cfg *config.Config, ups []*uplink.Uplink, clk *clock.Clock) ([]agent.Job, error) {
	every := map[firmware.CheckRef]map[string]time.Duration{}
	for _, r := range cfg.Fold.Rules {
		every[r.Ref] = r.Interval
	}
	var jobs []agent.Job
	for _, c := range cfg.Checks {
		for _, u := range ups {
			interval := every[c.Ref][u.Name()]
			if interval == 0 {
				continue
			}
			p, err := probe.New(c, probe.Over(u), clk, cfg.Probe)
			if err != nil {
				return nil, fmt.Errorf("prepare %s over %s: %w", c.Ref, u.Name(), err)
			}
			jobs = append(jobs, agent.Job{Job: schedule.Job{Ref: c.Ref, Uplink: u.Name(), Interval: interval, Bytes: schedule.Cost(c)}, Prober: p})
		}
	}
	return jobs, nil
}

func open(us []firmware.Uplink) []*uplink.Uplink {
	var out []*uplink.Uplink
	for _, u := range us {
		out = append(out, uplink.Open(u))
	}
	return out
}

func names(us []firmware.Uplink) []string {
	var out []string
	for _, u := range us {
		out = append(out, u.Name)
	}
	return out
}

// drivers joins the board's drivers to the panel, which knows no board.
func drivers(b *board.Panel) (map[string]panel.LampDriver, panel.BuzzerDriver) {
	lamps := map[string]panel.LampDriver{}
	for role, l := range b.Lamps {
		lamps[role] = l
	}
	if b.Buzzer == nil {
		return lamps, nil
	}
	return lamps, b.Buzzer
}
