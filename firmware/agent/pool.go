package agent

import (
	"context"
	"sync"

	"edgeprobe.io/firmware"
)

// pool runs probers, each by one goroutine at a time: the schedule never has two runs of a job in flight.
type pool struct {
	flying  sync.WaitGroup
	results chan firmware.Result
}

// init makes room for one result of every job, so that no run ever waits to hand over its own.
func (p *pool) init(jobs int) { p.results = make(chan firmware.Result, jobs+1) }

func (p *pool) run(ctx context.Context, job Prober) {
	p.flying.Add(1)
	go func() {
		defer p.flying.Done()
		p.results <- job.Do(ctx)
	}()
}

// wait returns when no run is in flight; their contexts must have ended.
func (p *pool) wait() { p.flying.Wait() }
