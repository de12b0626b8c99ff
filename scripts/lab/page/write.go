package page

import (
	"cmp"
	_ "embed" // the template
	"fmt"
	"html/template"
	"io"
	"slices"
	"time"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/scenario"
)

//go:embed page.html
var text string

// About is what the page says of the run as a whole.
type About struct {
	When    time.Time     // it ended
	Took    time.Duration // all of it
	Version string        // of the product
	Machine string        // "2 CPUs, 24 GB", say
}

// sheet is what the template is filled with.
type sheet struct {
	About      About
	Minutes    string
	Totals     []total
	Matrix     matrix
	Plots      []plots
	Invariants []holds
	Open       []judge.Report // not yet, or mended
	Groups     []group
}

// total is how many scenarios ended in a way.
type total struct {
	Outcome judge.Outcome
	N       int
}

// holds is how an invariant fared.
type holds struct {
	judge.Invariant
	N        int // runs in which it was checked
	Breached []judge.Report
}

// group is the scenarios about one thing.
type group struct {
	About string
	Cards []card
}

// card is a scenario.
type card struct {
	judge.Report
	Picture template.HTML
}

// Write writes the page.
func Write(w io.Writer, a About, reports []judge.Report) error {
	t, err := template.New("page").Funcs(template.FuncMap{"seconds": seconds, "anchor": anchor}).Parse(text)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	reports = slices.Clone(reports)
	slices.SortStableFunc(reports, func(a, b judge.Report) int {
		return cmp.Or(cmp.Compare(rank(a.About), rank(b.About)), cmp.Compare(a.Name, b.Name))
	})
	s := sheet{
		About: a, Minutes: fmt.Sprintf("%.1f", a.Took.Minutes()), Totals: totals(reports), Matrix: newMatrix(reports),
		Plots: allPlots(reports), Invariants: invariants(reports), Groups: groups(reports),
	}
	for _, r := range reports {
		if r.NotYet != "" {
			s.Open = append(s.Open, r)
		}
	}
	if err := t.Execute(w, s); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func rank(about string) int { return slices.Index(scenario.Subjects(), about) }

func totals(reports []judge.Report) (all []total) {
	for _, o := range []judge.Outcome{judge.Pass, judge.Fail, judge.Broken, judge.NotYet, judge.Mended} {
		n := 0
		for _, r := range reports {
			if r.Outcome == o {
				n++
			}
		}
		all = append(all, total{o, n})
	}
	return all
}

func invariants(reports []judge.Report) (all []holds) {
	for _, i := range judge.Invariants() {
		h := holds{Invariant: i}
		for _, r := range reports {
			at := slices.IndexFunc(r.Invariants, func(x judge.Invariant) bool { return x.Name == i.Name })
			if at < 0 {
				continue
			}
			if h.N++; !r.Invariants[at].Pass {
				h.Breached = append(h.Breached, r)
			}
		}
		all = append(all, h)
	}
	return all
}

func groups(reports []judge.Report) (all []group) {
	for _, r := range reports {
		if n := len(all); n == 0 || all[n-1].About != r.About {
			all = append(all, group{About: r.About})
		}
		g := &all[len(all)-1]
		g.Cards = append(g.Cards, card{r, picture(r)})
	}
	return all
}

// seconds writes a time for people.
func seconds(m judge.Ms) string { return fmt.Sprintf("%.2f s", float64(m)/1000) }

// anchor names a scenario within the page.
func anchor(r judge.Report) string { return r.About + "-" + r.Name }
