package page

import (
	"slices"
	"strings"

	"edgeprobe.io/scripts/lab/judge"
)

// matrix is what was true against what was said.
type matrix struct {
	Said []string
	Rows []matrixRow
}

// matrixRow is one truth.
type matrixRow struct {
	True  string
	Cells []cell
}

// cell counts the services of which this was true and that was said.
type cell struct {
	N     int
	Right bool
	Which string // scenarios and services, for the tooltip
}

func newMatrix(reports []judge.Report) matrix {
	m := matrix{Said: judge.Sayings()}
	for _, truth := range judge.Truths() {
		row := matrixRow{True: truth}
		for _, said := range m.Said {
			row.Cells = append(row.Cells, count(reports, truth, said))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func count(reports []judge.Report, truth, said string) cell {
	c := cell{Right: judge.Answer{True: truth, Said: said}.Right()}
	var which []string
	for _, r := range reports {
		for _, a := range r.Answers {
			if a.True == truth && a.Said == said {
				c.N++
				which = append(which, r.Name+": "+a.Service)
			}
		}
	}
	slices.Sort(which)
	c.Which = strings.Join(which, "\n")
	return c
}
