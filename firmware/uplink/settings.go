package uplink

// Settings are the numbers of a metered uplink whose config states none.
type Settings struct {
	Allowance int64   // bytes a month, both directions
	Reserve   float64 // part of it that is kept for incidents, 0 to 1
}

// Defaults returns 200 MB and a quarter.
func Defaults() Settings { return Settings{Allowance: 200e6, Reserve: 0.25} }
