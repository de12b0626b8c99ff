package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/page"
	"edgeprobe.io/scripts/lab/run"
)

// What a machine bears, as measured: a scenario takes a quarter of a processor and 190 MB.
const (
	perProcessor = 3         // scenarios at once
	perScenario  = 300 << 20 // bytes of memory
)

func newRunCmd() *cobra.Command {
	p := playing{out: filepath.Join("bin", "lab")}
	jobs := bearable()
	cmd := &cobra.Command{
		Use:   "run FILE...",
		Short: "Play scenarios, rule on what the devices say, and write the page",
		Long: "Play scenarios, each in a sandbox of its own, print PASS or FAIL with the timeline of what happened beside what was\n" +
			"expected, and write the results and their page. A folder stands for all scenarios below it. Exit 1 when one fails.",
		Args: some("a scenario's file, or a folder of them"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.run(cmd, args, jobs) },
	}
	p.flags(cmd)
	cmd.Flags().IntVarP(&jobs, "jobs", "j", jobs, "scenarios at once; as many as this machine bears by default")
	return cmd
}

// bearable is how many scenarios this machine bears at once.
func bearable() int {
	n := perProcessor * runtime.NumCPU()
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		n = min(n, int(uint64(info.Totalram)*uint64(info.Unit)/perScenario))
	}
	return max(1, n)
}

func (p *playing) run(cmd *cobra.Command, args []string, jobs int) (err error) {
	if !slices.Contains([]string{"", "mosquitto", "nats"}, p.broker) {
		return fmt.Errorf("there is no broker %q: give mosquitto or nats", p.broker)
	}
	all, err := load(args)
	if err != nil {
		return err
	}
	for _, path := range []*string{&p.out, &p.daemon, &p.nats} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(p.out, 0o755); err != nil {
		return fmt.Errorf("make the folder of the results: %w", err)
	}
	results, err := os.Create(filepath.Join(p.out, resultsFile))
	if err != nil {
		return fmt.Errorf("keep the results: %w", err)
	}
	defer func() { err = errors.Join(err, results.Close()) }()
	began := time.Now()
	out := cmd.OutOrStdout()
	reports, err := run.All(cmd.Context(), run.Plan{
		Scenarios: all, Jobs: jobs, Results: results, Play: p.room, Say: run.NewProgress(out, isTerminal(out), len(all)),
	})
	about := page.About{When: time.Now(), Took: time.Since(began), Version: version(), Machine: fmt.Sprintf("%d CPUs, %d at once", runtime.NumCPU(), jobs)}
	return errors.Join(ended(err), p.conclude(out, about, reports))
}

// ended leaves out that somebody pressed Ctrl-C: what there is was written.
func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("broken off")
	}
	return err
}

// conclude writes the page and says how it went; its error is that something is bad.
func (p *playing) conclude(out io.Writer, about page.About, reports []judge.Report) error {
	text, err := json.Marshal(about)
	if err == nil {
		err = os.WriteFile(filepath.Join(p.out, aboutFile), text, 0o644)
	}
	path, pageErr := writePage(p.out, about, reports)
	if err = errors.Join(err, pageErr); err != nil {
		return err
	}
	bad := 0
	for _, r := range reports {
		if r.Outcome.Bad() {
			bad++
		}
	}
	fmt.Fprintf(out, "%s in %.1f minutes, %d bad; the page is %s\n", count(len(reports), "scenario"), about.Took.Minutes(), bad, path)
	if bad > 0 {
		return fmt.Errorf("%d of %s failed", bad, count(len(reports), "scenario"))
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// version is the revision that this program was built from, where that is known.
func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return ""
}
