package screen_test

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/panel/screen"
	"pgregory.net/rapid"
)

func frame(says string, p panel.Pattern, tone panel.Tone) panel.Frame {
	return panel.Frame{Tone: tone, Lamps: []panel.Lamp{
		{Role: panel.RoleService, Name: "eu", Subject: "shop", Meaning: says, Pattern: p, Lease: 4 * time.Second},
		{Role: panel.RoleSelf, Meaning: "well", Pattern: panel.Pattern{A: panel.White}, Lease: 4 * time.Second},
	}}
}

var (
	green = panel.Pattern{A: panel.Green}
	red   = panel.Pattern{A: panel.Red, On: 500 * time.Millisecond, Off: 500 * time.Millisecond}
)

// locked is a buffer that several goroutines may use.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// take returns what was written since the last take.
func (l *locked) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

func run(t *testing.T, s *screen.Screen) {
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	synctest.Wait()
}

func TestLinesOnChangeOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out locked
		s := screen.New(&out, screen.Options{})
		run(t, s)
		for _, f := range []panel.Frame{
			frame("up", green, panel.ToneSilent), frame("up", green, panel.ToneSilent),
			frame("confirmed down", red, panel.ToneDown), frame("confirmed down", red, panel.ToneDown),
		} {
			s.Update("berlin", f)
			<-time.After(time.Second)
		}
		s.Note("cut")
		clock := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d `)
		got := strings.Split(clock.ReplaceAllString(out.take(), ""), "\n")
		want := []string{
			"berlin service/eu: green steady, up: shop", "berlin self: white steady, well",
			"berlin service/eu: red slow blink, confirmed down: shop", "berlin buzzer: down", "cut", "",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got %q", got)
		}
	})
}

// TestLinesAreAsTheOwnerWants: stamped by its own clock, of the lamps it chose; a mere count is no line.
func TestLinesAreAsTheOwnerWants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out locked
		began := time.Now()
		s := screen.New(&out, screen.Options{
			Stamp: func(at time.Time) string { return "+" + at.Sub(began).String() + " " },
			Tells: func(title string, l panel.Lamp) bool { return title == "berlin" && l.Role == panel.RoleService },
		})
		run(t, s)
		shows := func(title, says string, more int) {
			f := frame(says, red, panel.ToneSilent)
			f.Lamps[0].More = more
			s.Update(title, f)
		}
		shows("newyork", "confirmed down", 0)
		shows("berlin", "confirmed down", 0)
		<-time.After(2 * time.Second)
		shows("berlin", "confirmed down", 2)
		<-time.After(time.Second)
		shows("berlin", "recovering", 2)
		want := "+0s berlin service/eu: red slow blink, confirmed down: shop\n+3s berlin service/eu: red slow blink, recovering: shop and 2 more\n"
		if got := out.take(); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

// TestDeadDaemonIsDark stops updating: within a lease nothing is green and nothing sounds, in both ways of drawing.
func TestDeadDaemonIsDark(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var out locked
			s := screen.New(&out, screen.Options{Terminal: terminal})
			s.Update("berlin", frame("up", green, panel.ToneDown))
			run(t, s)
			if got := out.take(); !strings.Contains(got, "up: shop") {
				t.Fatalf("terminal %v: not drawn: %q", terminal, got)
			}
			<-time.After(panel.MaxLease)
			late := out.take()
			<-time.After(time.Second)
			if terminal {
				late = out.take()
			}
			if !strings.Contains(late, "no news") || strings.Contains(late, "up: shop") || strings.Contains(late, "down") {
				t.Errorf("terminal %v: still shown: %q", terminal, late)
			}
		})
	}
}

func TestLapseIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out locked
		s := screen.New(&out, screen.Options{})
		s.Update("berlin", frame("up", green, panel.ToneSilent))
		run(t, s)
		out.take()
		<-time.After(time.Minute)
		if got := out.take(); strings.Count(got, "service/eu: off, no news") != 1 {
			t.Errorf("got %q", got)
		}
	})
}

// TestDrawsInPlace holds that every drawing goes up exactly as many lines as the one before it went down.
func TestDrawsInPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out locked
		var height atomic.Int32
		height.Store(24)
		s := screen.New(&out, screen.Options{Terminal: true, Size: func() (int, int) { return 100, int(height.Load()) }})
		run(t, s)
		s.Update("berlin", frame("up", green, panel.ToneSilent))
		<-time.After(time.Second)
		s.Update("newyork", frame("up", green, panel.ToneSilent))
		for range 40 {
			s.Note("a note")
		}
		<-time.After(time.Second)
		height.Store(5)
		<-time.After(time.Second)
		up, below := regexp.MustCompile(`\x1b\[(\d+)A`), 0
		for _, drawing := range strings.SplitAfter(strings.TrimPrefix(out.take(), "\x1b[?25l"), "\x1b[J") {
			rises := 0
			if m := up.FindStringSubmatch(drawing); m != nil {
				for _, d := range m[1] {
					rises = rises*10 + int(d-'0')
				}
			}
			if drawing != "" && rises != below {
				t.Fatalf("goes up %d lines over %d", rises, below)
			}
			below = strings.Count(drawing, "\n")
		}
	})
}

func TestBlinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out locked
		s := screen.New(&out, screen.Options{Terminal: true})
		s.Update("berlin", frame("confirmed down", red, panel.ToneDown))
		run(t, s)
		<-time.After(3 * time.Second)
		got := out.take()
		if on, off := strings.Count(got, "● service/eu"), strings.Count(got, "○ service/eu"); on < 8 || off < 8 {
			t.Errorf("drawn lit %d times and dark %d times in 3 s", on, off)
		}
	})
}

var escapes = regexp.MustCompile("\x1b" + `\[[0-9;]*m`)

// TestLinesFitAndAreHarmless draws random panels with hostile words: every line fits, and no control character
// of theirs gets through.
func TestLinesFitAndAreHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.IntRange(24, 200).Draw(t, "width")
		colour := rapid.Bool().Draw(t, "colour")
		var out bytes.Buffer
		s := screen.New(&out, screen.Options{Terminal: true, Colour: colour, Size: func() (int, int) { return w, 1000 }})
		for i := range rapid.IntRange(1, 4).Draw(t, "panels") {
			f := frame(rapid.String().Draw(t, "says"), green, panel.ToneDown)
			f.Lamps[0].Name = rapid.String().Draw(t, "name")
			s.Update(rapid.String().Draw(t, "title")+string(rune('a'+i)), f)
		}
		s.Note(rapid.String().Draw(t, "note") + "\x1b[2J\r\n")
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := s.Run(ctx); err != nil {
			t.Fatal(err)
		}
		for _, mine := range []string{"\x1b[?25l", "\x1b[?25h", "\x1b[2K", "\x1b[J", "\r"} {
			s := strings.ReplaceAll(out.String(), mine, "")
			out.Reset()
			out.WriteString(s)
		}
		text := escapes.ReplaceAllString(regexp.MustCompile("\x1b"+`\[\d+A`).ReplaceAllString(out.String(), ""), "")
		for line := range strings.SplitSeq(text, "\n") {
			if n := utf8.RuneCountInString(line); n > w {
				t.Fatalf("%d cells in %d columns: %q", n, w, line)
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
				t.Fatalf("not printable: %q", line)
			}
		}
	})
}

func TestSideBySideOrBelow(t *testing.T) {
	for w, together := range map[int]bool{79: false, 80: true, 140: true} {
		synctest.Test(t, func(t *testing.T) {
			var out locked
			s := screen.New(&out, screen.Options{Terminal: true, Size: func() (int, int) { return w, 50 }})
			s.Update("berlin", frame("up", green, panel.ToneSilent))
			s.Update("newyork", frame("up", green, panel.ToneSilent))
			run(t, s)
			first, _, _ := strings.Cut(out.take(), "\n")
			if strings.Contains(first, "newyork") != together {
				t.Errorf("%d columns: %q", w, first)
			}
		})
	}
}

// TestANarrowPanelSaysItShorter: what does not fit is said in fewer words before it is cut.
func TestANarrowPanelSaysItShorter(t *testing.T) {
	for w, want := range map[int]string{60: "confirmed down: shop and 2 more", 40: "down: shop +2 "} {
		synctest.Test(t, func(t *testing.T) {
			var out locked
			s := screen.New(&out, screen.Options{Terminal: true, Colour: true, Size: func() (int, int) { return w, 50 }})
			f := frame("confirmed down", red, panel.ToneDown)
			f.Lamps[0].More = 2
			s.Update("berlin", f)
			run(t, s)
			if got := out.take(); !strings.Contains(got, want) {
				t.Errorf("%d columns: %q", w, got)
			}
		})
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("gone") }

func TestRunSaysThatTheWriterFailed(t *testing.T) {
	if err := screen.New(broken{}, screen.Options{Terminal: true}).Run(t.Context()); err == nil {
		t.Error("drew on nothing")
	}
}
