package screen_test

import (
	"context"
	"os"
	"time"

	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/panel/screen"
)

func Example() {
	at := time.Date(2025, 1, 22, 9, 0, 0, 0, time.UTC)
	s := screen.New(os.Stdout, screen.Options{Now: func() time.Time { return at }})
	s.Update("berlin", panel.Frame{Tone: panel.ToneDown, Lamps: []panel.Lamp{{
		Role: panel.RoleService, Name: "eu", Subject: "shop", Meaning: "confirmed down", Lease: time.Second,
		Pattern: panel.Pattern{A: panel.Red, On: 170 * time.Millisecond, Off: 170 * time.Millisecond},
	}}})
	s.Note("T+0.70 s confirmed")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.Run(ctx)
	// Output:
	// 09:00:00 berlin service/eu: red fast blink, confirmed down: shop
	// 09:00:00 berlin buzzer: down
	// T+0.70 s confirmed
}
