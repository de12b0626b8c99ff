package fuzzer

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"text/tabwriter"
	"time"

	"edgeprobe.io/firmware/panel/screen"
)

// ErrFailed is for targets of which at least one failed.
var ErrFailed = errors.New("a target failed")

func parse(args []string, errs io.Writer) (s Settings, pattern *regexp.Regexp, err error) {
	f := flag.NewFlagSet("fuzz", flag.ContinueOnError)
	f.SetOutput(errs)
	f.StringVar(&s.Root, "root", ".", "the tree's `folder`")
	f.StringVar(&s.Tags, "tags", "", "build `tags`")
	f.DurationVar(&s.Time, "time", 10*time.Second, "`time` for each target")
	f.IntVar(&s.Parallel, "parallel", runtime.GOMAXPROCS(0), "`workers` at once")
	only := f.String("only", "", "only targets that this regular `expression` matches in \"folder FuzzName\"")
	if err := f.Parse(args); err != nil {
		return s, nil, err
	}
	if f.NArg() > 0 || s.Time <= 0 || s.Parallel < 1 {
		return s, nil, errors.New("nothing but options is expected, a time of some seconds and at least one worker; see -h")
	}
	if pattern, err = regexp.Compile(*only); err != nil {
		return s, nil, fmt.Errorf("read which targets are meant: %w", err)
	}
	return s, pattern, nil
}

// Main is the command: it runs the targets in turn and prints what came of them, also when it is stopped in the middle.
func Main(ctx context.Context, args []string, out, errs io.Writer) error {
	s, pattern, err := parse(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	targets, err := Find(s.Root, pattern)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return fmt.Errorf("no fuzz target matches %q", pattern)
	}
	fmt.Fprintf(out, "%d targets for %s each: %s in all\n", len(targets), s.Time, time.Duration(len(targets))*s.Time)
	var done []Outcome
	for i, t := range targets {
		place := fmt.Sprintf("%d of %d", i+1, len(targets))
		o, stopped := s.Run(ctx, t, func(o Outcome) { live(errs, place, o) })
		clear(errs)
		if err = stopped; err != nil {
			break
		}
		done = append(done, o)
		o.print(out, place)
	}
	return errors.Join(err, summary(out, done))
}

// live draws a target's progress over itself, on terminals alone.
func live(errs io.Writer, place string, o Outcome) {
	if terminal(errs) {
		fmt.Fprintf(errs, "\r\x1b[K%s  %s: %d inputs, %d new", place, o.Target, o.Runs, o.New)
	}
}

func clear(errs io.Writer) {
	if terminal(errs) {
		fmt.Fprint(errs, "\r\x1b[K")
	}
}

func terminal(w io.Writer) bool {
	file, is := w.(*os.File)
	return is && screen.Detect(file).Terminal
}

// print writes a line for a target that has ended, and why it failed.
func (o Outcome) print(out io.Writer, place string) {
	fmt.Fprintf(out, "%s  %s: %d inputs, %d new, %s\n", place, o.Target, o.Runs, o.New, o.word())
	if o.Failed {
		for _, line := range o.Said {
			fmt.Fprintln(out, "    "+line)
		}
	}
}

func (o Outcome) word() string {
	if o.Failed {
		return "FAILED"
	}
	return "ok"
}

// summary writes the table of all that ran; ErrFailed when one failed.
func summary(out io.Writer, done []Outcome) (err error) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\npackage\ttarget\ttime\tinputs\tnew\tcrashers\t")
	for _, o := range done {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", o.Dir, o.Name, o.Took.Round(time.Second), o.Runs, o.New, len(o.Crashes), o.word())
		if o.Failed {
			err = ErrFailed
		}
	}
	flushed := t.Flush()
	for _, o := range done {
		for _, file := range o.Crashes {
			fmt.Fprintf(out, "an input that fails: %s/%s\n", o.Dir, file)
		}
	}
	return errors.Join(flushed, err)
}
