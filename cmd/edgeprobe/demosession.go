package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"edgeprobe.io/firmware/agent/supervise"
	"edgeprobe.io/firmware/demo"
)

// replayPause is how long everything stays well between two replays.
const replayPause = 90 * time.Second

// session is the part of the demo that lives in its world: the two daemons, who watches them, and the replay.
type session struct {
	once     bool
	daemon   string
	dir      string
	show     *show
	devices  []demo.Device
	listener *demo.Listener
	replay   *demo.Replay

	ruling *demo.Ruling // the newest; nil before the first
}

// run starts the devices once nothing of what they say can be missed, and plays until ctx ends or, with once, the
// replay is over.
func (s *session) run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.listener.Ready():
	}
	var tasks []supervise.Task
	for _, d := range s.devices {
		c := child{program: s.daemon, args: []string{"--config", d.Config}, log: filepath.Join(s.dir, d.ID+".log")}
		tasks = append(tasks,
			supervise.Task{Name: d.ID, Run: c.run},
			supervise.Task{Name: "page of " + d.ID, Run: func(ctx context.Context) error { return s.show.follow(ctx, d) }})
		s.show.note(fmt.Sprintf("%-8s   its page is %s", d.ID, d.Page))
	}
	tasks = append(tasks, supervise.Task{Name: "replay", Run: s.play})
	return supervise.Run(ctx, tasks)
}

// play replays once, or again and again.
func (s *session) play(ctx context.Context) error {
	for {
		r, err := s.replay.Once(ctx)
		if err != nil {
			return err
		}
		s.ruling = &r
		s.show.ruling(r)
		if s.once {
			return supervise.ErrDone
		}
		s.show.note(fmt.Sprintf("           again in %v; Ctrl-C ends it", replayPause))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(replayPause):
		}
	}
}

// verdict is how a demo that ran without a failure ends: one replay must have satisfied the judge.
func (s *session) verdict() error {
	switch {
	case !s.once:
		return nil
	case s.ruling == nil:
		return errors.New("the replay was interrupted before it was over")
	case !s.ruling.OK():
		return errBad
	}
	return nil
}
