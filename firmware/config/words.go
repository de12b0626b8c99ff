package config

import (
	"fmt"
	"strings"
)

// oneOf says how to mend an unknown word.
func oneOf(word string, known []string) string {
	if meant := nearest(word, known); meant != "" {
		return fmt.Sprintf("write %q if you meant that", meant)
	}
	if len(known) == 1 {
		return fmt.Sprintf("write %q", known[0])
	}
	const told = 20
	if len(known) > told {
		return "use one of " + strings.Join(known[:told], ", ") + ", or another that edgeprobe config schema explains"
	}
	return "use one of " + strings.Join(known, ", ")
}

// nearest returns the known word that takes the fewest changes to reach, or "" when none is near.
func nearest(word string, known []string) string {
	if len(word) > 40 {
		return ""
	}
	best, least := "", max(1, len(word)/3)
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d <= least && d < len(k) {
			best, least = k, d-1
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of neighbours between two words
// (optimal string alignment).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
