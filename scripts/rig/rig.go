package rig

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/agent"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/quorum"
	"edgeprobe.io/firmware/schedule"
	"edgeprobe.io/firmware/statuspage"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/firmware/uplink"
	"edgeprobe.io/firmware/verdict"
)

// name is the device's, and its site's.
const name = "rig"

// Plan says what a device has to do.
type Plan struct {
	Store   store.Settings
	Probe   probe.Settings
	Uplinks []firmware.Uplink
	Checks  []firmware.Check // every one runs over every uplink
	Every   time.Duration    // between two runs of a check; 0: the check's own interval
	// Witness stands between a prober and whoever runs it; nil: nobody does.
	Witness func(c firmware.Check, via probe.Via, make Maker) (agent.Prober, error)
}

// Maker makes the product's prober of a check over an uplink, which may be another one than it was given.
type Maker func(via probe.Via) (agent.Prober, error)

// Device is a device that was built. Run and then close it.
type Device struct {
	*agent.Agent
	Store *store.Store
}

// Build opens the store and makes everything ready; nothing is started. The page listens on a free port of loopback.
func Build(p Plan, log *slog.Logger) (*Device, error) {
	clk, err := clock.New(time.Time{})
	if err != nil {
		return nil, err
	}
	db, err := store.Open(p.Store, log)
	if err != nil {
		return nil, err
	}
	a, err := p.agent(clk, db, log)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Device{a, db}, nil
}

// Close closes the store.
func (d *Device) Close() error { return d.Store.Close() }

func (p Plan) agent(clk *clock.Clock, db *store.Store, log *slog.Logger) (*agent.Agent, error) {
	var ups []*uplink.Uplink
	for _, u := range p.Uplinks {
		ups = append(ups, uplink.Open(u))
	}
	jobs, err := p.jobs(ups, clk)
	if err != nil {
		return nil, err
	}
	return agent.New(agent.Parts{
		Fold: p.fold(), Schedule: schedule.Defaults(), Panel: panel.Defaults(), Statuspage: statuspage.Settings{Listen: "127.0.0.1:0"},
		Version: name, Clock: clk, Store: db, Uplinks: ups, Jobs: jobs,
		Board: panel.New(panel.Defaults(), nil, nil, log), Log: log,
	})
}

// jobs makes a prober for every check over every uplink.
func (p Plan) jobs(ups []*uplink.Uplink, clk *clock.Clock) (jobs []agent.Job, err error) {
	for _, c := range p.Checks {
		for _, u := range ups {
			via := probe.Via{Uplink: u.Name(), Dial: u.Dial, ListenPacket: u.ListenPacket, Resolvers: u.Resolvers}
			make := func(via probe.Via) (agent.Prober, error) { return probe.New(c, via, clk, p.Probe) }
			every := p.Every
			if every == 0 {
				every = c.Interval
			}
			job := agent.Job{Job: schedule.Job{Ref: c.Ref, Uplink: u.Name(), Interval: every, Bytes: schedule.Cost(c)}}
			if p.Witness != nil {
				job.Prober, err = p.Witness(c, via, make)
			} else {
				job.Prober, err = make(via)
			}
			if err != nil {
				return nil, fmt.Errorf("prepare %s over %s: %w", c.Ref, u.Name(), err)
			}
			jobs = append(jobs, job)
		}
	}
	return jobs, nil
}

// fold returns the facts of a lone device. Evidence counts by the checks' own interval, however often they run.
func (p Plan) fold() fold.Settings {
	self := firmware.Device{ID: name, Site: name, Region: "eu"}
	for _, u := range p.Uplinks {
		self.Uplinks = append(self.Uplinks, firmware.UplinkFact{Name: u.Name, Network: "net-" + u.Name, Metered: u.Metered})
	}
	set := fold.Settings{
		Device: name, Fleet: []firmware.Device{self}, Verdict: verdict.Defaults(), Quorum: quorum.Defaults(), BeatEvery: 10 * time.Second,
	}
	seen := map[string]bool{}
	for _, c := range p.Checks {
		if s := c.Ref.Service; s != "" && !seen[s] {
			seen[s], set.Services = true, append(set.Services, s)
		}
		every := map[string]time.Duration{}
		for _, u := range p.Uplinks {
			every[u.Name] = c.Interval
		}
		set.Rules = append(set.Rules, verdict.Rule{Ref: c.Ref, Role: c.Role, Critical: c.Critical, Interval: every, Timeout: c.Timeout})
	}
	return set
}
