package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"edgeprobe.io/firmware/demo"
	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/panel/screen"
	"edgeprobe.io/firmware/statuspage"
)

// timelineNotes is how many lines of the timeline stay on a terminal.
const timelineNotes = 14

// show is what people, or with --json programs, see of the demo.
type show struct {
	screen *screen.Screen
	titles bool // with the pages' addresses: there is room for them

	mu   sync.Mutex
	json *json.Encoder // nil for people
}

// newShow shows on out. Lines about lamps begin with the timeline's stamp, as all others do.
func newShow(out io.Writer, asJSON bool, stamp func(time.Time) string) *show {
	if asJSON {
		return &show{screen: screen.New(io.Discard, screen.Options{}), json: json.NewEncoder(out)}
	}
	opt := screen.Options{}
	if f, ok := out.(*os.File); ok {
		opt = screen.Detect(f)
	}
	opt.Notes, opt.Stamp, opt.Tells = timelineNotes, stamp, serviceNews()
	return &show{screen: screen.New(out, opt), titles: opt.Terminal}
}

// serviceNews chooses the lamps that the demo has lines of where it is no terminal: those of services, once they were
// lit. The others belong to the picture, not to the story.
func serviceNews() func(title string, l panel.Lamp) bool {
	lit := map[string]bool{}
	return func(title string, l panel.Lamp) bool {
		key := title + " " + l.Key()
		lit[key] = lit[key] || l.A != panel.Dark
		return l.Role == panel.RoleService && lit[key]
	}
}

// note adds a line to the timeline.
func (s *show) note(line string) {
	if s.json == nil {
		s.screen.Note(line)
		return
	}
	s.encode(map[string]string{"at": time.Now().UTC().Format(time.RFC3339Nano), "note": strings.TrimSpace(line)})
}

func (s *show) encode(v any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.json.Encode(v)
}

// ruling tells what the judge says.
func (s *show) ruling(r demo.Ruling) {
	if s.json != nil {
		s.encode(rulingJSON(r))
		return
	}
	for _, f := range r.Findings {
		s.screen.Note(f.String())
	}
	for _, p := range r.Problems {
		s.screen.Note("WRONG: " + p)
	}
	if r.OK() {
		s.screen.Note("both devices went up, suspected, confirmed, recovering, up, in time")
	}
}

// rulingMessage is a ruling for programs; times are in milliseconds, null when it did not happen.
type rulingMessage struct {
	OK       bool             `json:"ok"`
	Devices  []findingMessage `json:"devices"`
	Problems []string         `json:"problems"`
}

type findingMessage struct {
	Device  string `json:"device"`
	Suspect *int64 `json:"suspected_after_ms"`
	Confirm *int64 `json:"confirmed_after_ms"`
	Masked  *int64 `json:"masked_after_ms"`
	Up      *int64 `json:"up_after_end_ms"`
}

func rulingJSON(r demo.Ruling) rulingMessage {
	ms := func(d time.Duration) *int64 {
		if d < 0 {
			return nil
		}
		return new(d.Milliseconds())
	}
	m := rulingMessage{OK: r.OK(), Devices: []findingMessage{}, Problems: append([]string{}, r.Problems...)}
	for _, f := range r.Findings {
		m.Devices = append(m.Devices, findingMessage{f.Device, ms(f.Suspect), ms(f.Confirm), ms(f.Masked), ms(f.Up)})
	}
	return m
}

// follow shows a device's panel as its page tells it, until ctx ends. A page that is not there yet, or not any
// more, is asked again: its lamps go dark by themselves meanwhile.
func (s *show) follow(ctx context.Context, d demo.Device) error {
	page, err := statuspage.NewClient(d.Page)
	if err != nil {
		return err
	}
	defer page.Close()
	title := d.Site
	if s.titles {
		title += "  " + strings.TrimPrefix(d.Page, "http://") // whole beside another panel in 80 columns
	}
	for ctx.Err() == nil {
		_ = page.Stream(ctx, func(e statuspage.Event) error {
			if e.Raw != nil {
				s.screen.Update(title, panel.Render(e.Raw.View, e.Raw.Now, likePanel(*e.Raw)))
			}
			return nil
		}, statuspage.EventRaw)
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
	return nil
}
