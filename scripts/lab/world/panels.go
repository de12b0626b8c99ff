package world

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/scripts/lab/seen"
)

// panelLine is a line of what the simulated board records (drivers/simpanel, Line).
type panelLine struct {
	Name   string `json:"name"`
	At     int64  `json:"at_us"`
	Until  int64  `json:"until_us"` // 0: dark
	A      uint32 `json:"a"`
	B      uint32 `json:"b"`
	On     int64  `json:"on_ms"`
	Off    int64  `json:"off_ms"`
	Beats  []any  `json:"beats_ms"`
	Repeat bool   `json:"repeat"`
}

// buzzerName is what the record calls the buzzer.
const buzzerName = "buzzer"

// recordPath is where a device's board records what it shows.
func (w *World) recordPath(id string) string { return w.path(id, "panel.jsonl") }

// collectPanel adds what a device's panel showed.
func (w *World) collectPanel(id string) error {
	text, err := os.ReadFile(w.recordPath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it never ran
	}
	if err != nil {
		return err
	}
	all, err := shown(text, w.boot())
	for i := range all {
		all[i].Device = id
	}
	w.Log.Add(all...)
	return err
}

// shown reads a record. zero is the time since boot that observations count from. A lease that ended unrenewed is an
// observation too, at the instant when it ended. The last line may be torn: its writer was killed.
func shown(text []byte, zero time.Duration) (all []seen.Observation, err error) {
	last := map[string]panelLine{} // by name
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l panelLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			if !bytes.HasSuffix(text, lines.Bytes()) {
				return all, fmt.Errorf("read what a panel showed: %w: %.200q", err, lines.Text())
			}
			break
		}
		before, known := last[l.Name]
		if known && before.Until > 0 && before.Until < l.At {
			all = append(all, lapse(before, zero))
			known = false
		}
		if !known || !before.same(l) {
			all = append(all, l.observation(zero))
		}
		last[l.Name] = l
	}
	for _, l := range last {
		if l.Until > 0 {
			all = append(all, lapse(l, zero))
		}
	}
	seen.Sort(all)
	return all, lines.Err()
}

// same reports whether a line only renews another.
func (l panelLine) same(o panelLine) bool {
	return (l.Until > 0) == (o.Until > 0) && l.A == o.A && l.B == o.B && l.On == o.On && l.Off == o.Off &&
		l.Repeat == o.Repeat && fmt.Sprint(l.Beats) == fmt.Sprint(o.Beats)
}

// lapse is the end of a lease that nobody renewed. A tone that is sounded once ends by itself.
func lapse(l panelLine, zero time.Duration) seen.Observation {
	dark := panelLine{Name: l.Name, At: l.Until}.observation(zero)
	dark.Fields["lapsed"] = l.Name != buzzerName || l.Repeat
	return dark
}

func (l panelLine) observation(zero time.Duration) seen.Observation {
	o := seen.Observation{At: time.Duration(l.At)*time.Microsecond - zero, Source: seen.Panel}
	if l.Name == buzzerName {
		o.Kind, o.Fields = seen.KindBuzzer, map[string]any{"sounds": l.Until > 0, "beats_ms": l.Beats, "repeat": l.Repeat}
		return o
	}
	p := panel.Pattern{A: panel.Colour(l.A), B: panel.Colour(l.B), On: time.Duration(l.On) * time.Millisecond, Off: time.Duration(l.Off) * time.Millisecond}
	colour := p.A.String()
	if p.Off > 0 && p.B != panel.Dark {
		colour += "+" + p.B.String()
	}
	o.Kind, o.Subject, o.Fields = seen.KindLamp, l.Name, map[string]any{"colour": colour, "pattern": p.String()}
	return o
}
