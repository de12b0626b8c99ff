package fuzzer

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Outcome is what came of a target.
type Outcome struct {
	Target
	Runs    int64    // inputs that were tried
	New     int64    // of them interesting, not seen in earlier runs either
	Crashes []string // files of inputs that fail
	Took    time.Duration
	Failed  bool     // the go command says so, for whatever reason
	Said    []string // its last lines, to say why
}

// mostSaid is how many lines of a failure are kept.
const mostSaid = 30

var (
	counts  = regexp.MustCompile(`^fuzz: elapsed: .*, execs: (\d+) .*new interesting: (\d+)`)
	crash   = regexp.MustCompile(`^\s*Failing input written to (\S+)`)
	failure = regexp.MustCompile(`^\s*--- FAIL: (Fuzz\w+)`)
)

// hear takes a line of the go command's output.
func (o *Outcome) hear(line string) {
	if m := counts.FindStringSubmatch(line); m != nil {
		o.Runs, _ = strconv.ParseInt(m[1], 10, 64)
		o.New, _ = strconv.ParseInt(m[2], 10, 64)
		return
	}
	if m := crash.FindStringSubmatch(line); m != nil {
		o.Crashes = append(o.Crashes, m[1])
	}
	if o.Said = append(o.Said, line); len(o.Said) > mostSaid {
		o.Said = o.Said[1:]
	}
}

// ended judges the target by the go command's exit. A known fault of Go's before 1.27 is none of the target's: the end
// of its time sometimes passes for a failure, which says nothing but "context deadline exceeded" (go.dev/issue/75804).
func (o *Outcome) ended(err error) {
	o.Failed = err != nil && !o.caught()
}

func (o *Outcome) caught() bool {
	if len(o.Crashes) > 0 || o.Runs == 0 {
		return false
	}
	late := false
	for _, line := range o.Said {
		switch text := strings.TrimSpace(line); {
		case text == "context deadline exceeded":
			late = true
		case text == "", text == "FAIL", strings.HasPrefix(text, "exit status"), strings.HasPrefix(text, "FAIL\t"),
			strings.HasPrefix(text, "fuzz: "), failure.MatchString(line):
		default:
			return false
		}
	}
	return late
}
