package panel

import "time"

// Settings say what the panel shows where.
type Settings struct {
	Regions []string      // one service lamp per target region, in this order; empty: one lamp for all
	Lease   time.Duration // a lamp goes dark by itself when not shown again within this time; at most 5 s
}

// Defaults returns a lease of 4 s.
func Defaults() Settings { return Settings{Lease: 4 * time.Second} }
