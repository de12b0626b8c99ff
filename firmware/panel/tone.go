package panel

import "time"

// Tone is what the buzzer says.
type Tone string

// The tones, from least to most urgent.
const (
	ToneSilent    Tone = "silent"
	ToneRecovered Tone = "recovered" // once: good again, not yet for long enough
	ToneMasked    Tone = "masked"
	ToneDown      Tone = "down"
	ToneNoGo      Tone = "no_go" // a change watch says no; nothing renders it before change watch exists
)

// Beats returns the tone's sound as lengths of sound, silence, sound, ... and whether it repeats until
// something else is shown. Silent has none.
func (t Tone) Beats() (beats []time.Duration, repeat bool) {
	const ms = time.Millisecond
	switch t {
	case ToneDown:
		return []time.Duration{600 * ms, 200 * ms, 600 * ms, 1600 * ms}, true
	case ToneMasked:
		return []time.Duration{120 * ms, 120 * ms, 120 * ms, 2640 * ms}, true
	case ToneNoGo:
		return []time.Duration{80 * ms, 80 * ms, 80 * ms, 80 * ms, 80 * ms, 1600 * ms}, true
	case ToneRecovered:
		return []time.Duration{200 * ms}, false
	}
	return nil, false
}

// urgency orders tones; an unknown one is silent.
func (t Tone) urgency() int {
	switch t {
	case ToneRecovered:
		return 1
	case ToneMasked:
		return 2
	case ToneDown:
		return 3
	case ToneNoGo:
		return 4
	}
	return 0
}
