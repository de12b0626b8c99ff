package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/panel/screen"
	"edgeprobe.io/firmware/statuspage"
)

// retryAfter is how long watch waits before it asks a lost daemon again.
const retryAfter = time.Second

func newWatchCmd() *cobra.Command {
	return withPage(&cobra.Command{
		Use:   "watch",
		Short: "Show a running daemon's panel live, until stopped",
		Long: `Draws the panel of a running daemon and every change below it, until Ctrl-C. Where the output is no terminal, each
change is a line. A daemon that goes away leaves its lamps dark, and is asked again each second.

With --json each line is an object: {"view": ...} at the start and after each loss, then {"transition": ...} for
every change.`,
		Example: `  edgeprobe watch
  edgeprobe watch --page http://10.0.0.7:9402
  edgeprobe watch --json | jq 'select(.transition.kind == "decision")'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			page, base, err := openPage(cmd)
			if err != nil {
				return err
			}
			defer page.Close()
			first, err := page.View(cmd.Context()) // a daemon that isn't there is said at once, not waited for
			if err != nil {
				return explain(err, base)
			}
			if wantsJSON(cmd) {
				return watchLines(cmd.Context(), page, json.NewEncoder(cmd.OutOrStdout()))
			}
			s := newScreen(cmd)
			s.Note("watching " + base + "; Ctrl-C ends it")
			return watchPanel(cmd.Context(), page, s, first.Device)
		},
	})
}

func newScreen(cmd *cobra.Command) *screen.Screen {
	if f, ok := cmd.OutOrStdout().(*os.File); ok {
		return screen.New(f, screen.Detect(f))
	}
	return screen.New(cmd.OutOrStdout(), screen.Options{})
}

// watchPanel draws until ctx ends.
func watchPanel(ctx context.Context, page *statuspage.Client, s *screen.Screen, device string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Run(ctx) })
	g.Go(func() error {
		return follow(ctx, page, func(err error) { s.Note("lost: " + err.Error()) }, func(e statuspage.Event) error {
			switch {
			case e.Raw != nil:
				s.Update(device, panel.Render(e.Raw.View, e.Raw.Now, likePanel(*e.Raw)))
			case e.Transition != nil:
				s.Note(transitionLine(*e.Transition))
			}
			return nil
		}, statuspage.EventRaw, statuspage.EventTransition)
	})
	return g.Wait()
}

// watched is a line of watch --json. Exactly one of its pointers is set.
type watched struct {
	View       *statuspage.View       `json:"view,omitempty"`
	Transition *statuspage.Transition `json:"transition,omitempty"`
}

// watchLines writes until ctx ends.
func watchLines(ctx context.Context, page *statuspage.Client, out *json.Encoder) error {
	begun := false
	return follow(ctx, page, func(error) { begun = false }, func(e statuspage.Event) error {
		if e.View != nil && begun { // views come each second; what changes in them comes as a transition
			return nil
		}
		begun = true
		return out.Encode(watched{e.View, e.Transition})
	}, statuspage.EventView, statuspage.EventTransition)
}

// follow hands on the events of a page until ctx ends or each fails. A stream that breaks is told to lost, and begun
// again.
func follow(ctx context.Context, page *statuspage.Client, lost func(error), each func(statuspage.Event) error, events ...string) error {
	for {
		var failed error
		err := page.Stream(ctx, func(e statuspage.Event) error { failed = each(e); return failed }, events...)
		switch {
		case failed != nil:
			return failed
		case ctx.Err() != nil:
			return nil
		}
		lost(err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retryAfter):
		}
	}
}

// likePanel is a panel with the lamps that the device itself has.
func likePanel(r statuspage.Raw) panel.Settings {
	return panel.Settings{Regions: r.Regions, Lease: r.Lease()}
}

// transitionLine tells a change in one line: "09:12:31 decision shop: suspected -> confirmed, down. Why".
func transitionLine(x statuspage.Transition) string {
	at := "--:--:--"
	if x.At != nil {
		at = x.At.Format("15:04:05")
	}
	line := fmt.Sprintf("%s %s %s: %s -> %s", at, x.Kind, x.Subject, x.From, x.To)
	if x.Impact != 0 && !strings.HasSuffix(x.To, x.Impact.String()) { // a vote's name may hold its impact
		line += ", " + x.Impact.String()
	}
	if x.Why != "" {
		line += ". " + x.Why
	}
	return strings.TrimSpace(line)
}
