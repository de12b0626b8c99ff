package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/run"
	"edgeprobe.io/scripts/lab/sandbox"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/stage"
	"edgeprobe.io/scripts/lab/world"
)

// told is a line that the program inside a room says to the one outside: a step, or at last the report.
type told struct {
	Step   string        `json:"step,omitempty"`
	Report *judge.Report `json:"report,omitempty"`
}

// playing is how scenarios are played.
type playing struct {
	daemon string
	out    string // folder of the results; "" keeps nothing
	keep   bool
	nats   string // path of nats-server
	broker string // instead of what scenarios say; "": as they say
}

// newPlayCmd is the inside of run: it plays the scenario on its input and tells how it goes, as lines of JSON.
func newPlayCmd(inside bool) *cobra.Command {
	var p playing
	cmd := &cobra.Command{
		Use: "play FILE", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !inside {
				return errors.New("play is what run does inside a sandbox: use run")
			}
			text, err := io.ReadAll(cmd.InOrStdin())
			if err != nil {
				return err
			}
			s, err := scenario.Parse(args[0], text, stage.Catalog())
			if err != nil {
				return err
			}
			return p.play(cmd.Context(), s, cmd.OutOrStdout())
		},
	}
	p.flags(cmd)
	return cmd
}

func (p *playing) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.out, "out", p.out, "the folder of the results, and of what was seen in each scenario")
	cmd.Flags().BoolVar(&p.keep, "keep", false, "leave each scenario's world up until Ctrl-C")
	daemonFlag(cmd, &p.daemon)
	cmd.Flags().StringVar(&p.nats, "nats", filepath.Join(".cache", "peers", "nats-server"), "the nats-server to run where the broker is a cluster")
	cmd.Flags().StringVar(&p.broker, "broker", p.broker, "the broker of every scenario, whatever it says: mosquitto, or nats for a cluster of three")
}

func (p *playing) play(ctx context.Context, s *scenario.Scenario, out io.Writer) error {
	var mu sync.Mutex
	tell := func(t told) error {
		mu.Lock()
		defer mu.Unlock()
		return json.NewEncoder(out).Encode(t)
	}
	if p.broker != "" {
		s.World.Broker = p.broker
	}
	st := stage.New(s)
	st.Daemon, st.NATS = p.daemon, p.nats
	if p.out != "" {
		st.Out = filepath.Join(p.out, s.About, s.Name)
	}
	if p.keep {
		st.Keep = func(w *world.World) {
			_ = tell(told{Step: fmt.Sprintf("left up: lab shell NODE --lab %s; Ctrl-C ends it", s.Name)})
			<-ctx.Done()
		}
	}
	r := run.Play(ctx, st, s, func(step string) { _ = tell(told{Step: step}) })
	return tell(told{Report: &r})
}

// room plays a scenario in a room of its own.
func (p *playing) room(ctx context.Context, s *scenario.Scenario, say func(string)) judge.Report {
	text, err := os.ReadFile(s.File)
	if err != nil {
		return judge.Unplayed(s, err)
	}
	args := []string{"play", s.File, "--daemon", p.daemon, "--out", p.out, "--nats", p.nats, "--broker", p.broker}
	if p.keep {
		args = append(args, "--keep")
	}
	heard := listener{say: say}
	var words bytes.Buffer
	err = sandbox.Run(ctx, sandbox.Room{Name: s.Name, Args: args, Stdin: bytes.NewReader(text), Stdout: &heard, Stderr: &words})
	if heard.report == nil {
		return judge.Unplayed(s, fmt.Errorf("the program in the sandbox said nothing at last: %w: %s", err, strings.TrimSpace(words.String())))
	}
	return *heard.report
}

// listener takes the lines that are told.
type listener struct {
	say    func(string)
	rest   []byte
	report *judge.Report
}

// Write takes a piece of what is told.
func (l *listener) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		n, line, _ := bufio.ScanLines(l.rest, false)
		if n == 0 {
			return len(p), nil
		}
		var t told
		if err := json.Unmarshal(line, &t); err == nil && t.Report != nil {
			l.report = t.Report
		} else if err == nil && t.Step != "" {
			l.say(t.Step)
		}
		l.rest = l.rest[n:]
	}
}
