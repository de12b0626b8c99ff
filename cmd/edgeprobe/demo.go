package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"edgeprobe.io/firmware/agent/supervise"
	"edgeprobe.io/firmware/demo"
	"edgeprobe.io/firmware/identity"
)

// demoFlags is what the demo can be told.
type demoFlags struct {
	once   bool
	json   bool
	dir    string // kept; empty: a temporary one
	daemon string // path of edgeprobed; empty: beside this program
}

func newDemoCmd() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Replay the outage of 22 January 2025 on this machine alone",
		Long: `Two real daemons, newyork and berlin, watch a small provider on this machine's loopback addresses while its
cloud account is cut off: API and uploads fail everywhere, the edges go on serving what they have cached, and the
effect outlasts the fix. Their panels are shown side by side; times count from the cut.

Nothing leaves this machine, and nobody needs root. Ctrl-C ends it and leaves nothing behind.`,
		Example: `  edgeprobe demo                   until Ctrl-C, an outage every two minutes
  edgeprobe demo --once            one outage; exit code 0 only when both devices saw all of it in time
  edgeprobe demo --once --json     the same for programs: one JSON object per line
  edgeprobe demo --dir /tmp/demo   keep configs, keys, stores and logs to look at`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.json = wantsJSON(cmd)
			return runDemo(cmd.Context(), cmd.OutOrStdout(), f)
		},
	}
	cmd.Flags().BoolVar(&f.once, "once", false, "replay once and judge it: exit code 0 only when it is content")
	cmd.Flags().StringVar(&f.dir, "dir", "", "keep all files in this new or empty folder")
	cmd.Flags().StringVar(&f.daemon, "daemon", "", "the edgeprobed to run (default: the one beside this program)")
	return cmd
}

// runDemo builds the world, starts the devices in it and plays.
func runDemo(ctx context.Context, out io.Writer, f demoFlags) error {
	daemon, err := findDaemon(f.daemon)
	if err != nil {
		return err
	}
	dir, remove, err := demoDir(f.dir)
	if err != nil {
		return err
	}
	defer remove()
	var show *show
	timeline := demo.NewTimeline(func(line string) { show.note(line) })
	show = newShow(out, f.json, timeline.Stamp)
	world, err := demo.Open(dir, timeline.Say)
	if err != nil {
		return err
	}
	defer world.Close()
	devices, err := world.WriteConfigs(dir, makeKey)
	if err != nil {
		return err
	}
	diary := demo.NewDiary(timeline.Heard)
	s := session{
		once: f.once, daemon: daemon, dir: dir, show: show, devices: devices,
		listener: demo.NewListener(world.Broker, diary),
		replay:   demo.NewReplay(world, diary, timeline),
	}
	return s.runIn(ctx, world)
}

// runIn runs the world, and in it the session. The world outlives ctx until the devices have stopped, so that they
// can say goodbye to their broker.
func (s *session) runIn(ctx context.Context, world *demo.World) error {
	tasks := []supervise.Task{{Name: "listener", Run: s.listener.Run}, {Name: "screen", Run: s.show.screen.Run}}
	for _, t := range world.Tasks() {
		tasks = append(tasks, supervise.Task{Name: t.Name, Run: t.Run})
	}
	tasks = append(tasks, supervise.Task{Name: "demo", Run: func(inner context.Context) error {
		inner, cancel := context.WithCancel(inner)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		if err := s.run(inner); err != nil {
			return err
		}
		return supervise.ErrDone
	}})
	if err := supervise.Run(context.WithoutCancel(ctx), tasks); err != nil {
		return err
	}
	return s.verdict()
}

// findDaemon returns the daemon to run: the one that was named, or the one that was built with this program.
func findDaemon(named string) (string, error) {
	if named == "" {
		self, err := os.Executable()
		if err != nil {
			return "", fmt.Errorf("find edgeprobed: %w", err)
		}
		named = filepath.Join(filepath.Dir(self), "edgeprobed")
	}
	if info, err := os.Stat(named); err != nil || info.IsDir() || info.Mode().Perm()&0o111 == 0 {
		return "", fmt.Errorf("find edgeprobed: %s is no program; build it with `make build`, or name it with --daemon", named)
	}
	return filepath.Abs(named)
}

// demoDir returns an empty folder for the demo's files, and what to call when it is over.
func demoDir(kept string) (dir string, remove func(), err error) {
	if kept == "" {
		dir, err = os.MkdirTemp("", "edgeprobe-demo-")
		return dir, func() { _ = os.RemoveAll(dir) }, err
	}
	if err := os.MkdirAll(kept, 0o700); err != nil {
		return "", nil, fmt.Errorf("make the demo's folder: %w", err)
	}
	entries, err := os.ReadDir(kept)
	if err == nil && len(entries) > 0 {
		err = errors.New("there are files in it; name a new or empty one")
	}
	if err != nil {
		return "", nil, fmt.Errorf("use %s for the demo's files: %w", kept, err)
	}
	dir, err = filepath.Abs(kept)
	return dir, func() {}, err
}

// makeKey writes a new device key and returns its public half in words.
func makeKey(path string) (string, error) {
	key, err := identity.GenerateKey()
	if err != nil {
		return "", err
	}
	return identity.FormatPublic(identity.PublicOf(key)), identity.SaveKey(path, key)
}
