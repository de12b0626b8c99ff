package saboteur

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"edgeprobe.io/scripts/lab/judge"
)

// scenarios is where the lab's stand.
const scenarios = "scripts/lab/scenarios"

// Sound plays the scenarios of deeds with the tree's own program: what fails without sabotage proves nothing.
func Sound(ctx context.Context, root string, deeds []Deed) error {
	paths := []string{}
	for _, d := range deeds {
		if path := filepath.Join(scenarios, d.Scenario); !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	dir, err := os.MkdirTemp("", "edgeprobe-sabotage-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, path := range paths { // one at a time: what is sound has nothing to do with how busy the machine is
		if err := play(ctx, root, "bin/edgeprobed", dir, path); err != nil {
			return fmt.Errorf("without sabotage: %w", err)
		}
	}
	return nil
}

// play plays a scenario with a program and writes what comes of it to out.
func play(ctx context.Context, root, daemon, out, scenario string) error {
	text, err := run(ctx, root, "make", "-s", "lab", "DAEMON="+daemon, "OUT="+out, "SCENARIOS="+scenario)
	if err != nil {
		return fmt.Errorf("the lab: %w\n%s", err, text)
	}
	return nil
}

// played plays a deed's scenario with the programs in bin and reports whether the judge noticed as the deed says.
func played(ctx context.Context, root, bin string, d Deed) (noticed bool, last string, err error) {
	out := filepath.Join(bin, "lab")
	if err := play(ctx, root, filepath.Join(bin, "edgeprobed"), out, filepath.Join(scenarios, d.Scenario)); failed(ctx, err) {
		return false, "", err
	}
	text, err := os.ReadFile(filepath.Join(out, "results.jsonl"))
	if err != nil {
		return false, "", fmt.Errorf("%s: %w", d.What, err)
	}
	var r judge.Report
	if err := json.Unmarshal(text, &r); err != nil || r.Outcome == judge.Broken {
		return false, "", fmt.Errorf("%s: %s could not be played: %s %w", d.What, d.Scenario, r.Trouble, err)
	}
	noticed, last = notices(r, d.Breaks)
	return noticed, last, nil
}

// notices reports whether a report is a failure, of the invariant if one is named, and says by what.
func notices(r judge.Report, invariant string) (bool, string) {
	said := string(r.Outcome)
	for _, v := range r.Verdicts {
		if !v.Pass && invariant == "" {
			return true, r.Name + ": " + v.String()
		}
	}
	for _, i := range r.Invariants {
		if !i.Pass && (invariant == "" || invariant == i.Name) {
			why, _, _ := strings.Cut(i.Why[0], "\n")
			return true, r.Name + ": " + i.Name + ": " + why
		}
		if !i.Pass {
			said += ", not " + i.Name
		}
	}
	return false, r.Name + ": " + said
}
