package probe

import (
	"bytes"
	"io"
	"testing"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
)

// TestContentIsAsDocumented holds the definition to what OpenSSL makes of it:
// head -c 1000 /dev/zero | openssl enc -aes-256-ctr -K $(printf clip | sha256sum) -iv 0 | sha256sum
func TestContentIsAsDocumented(t *testing.T) {
	if got := ContentDigest("clip", 1000); got != "dbddc6655284b070a9026a171423f6ee771ea7fda50e02e823333bc3c1dfe166" {
		t.Errorf("got %s", got)
	}
}

// TestContentHasNoSeams: any range is what the whole has there, whatever pieces it is read in.
func TestContentHasNoSeams(t *testing.T) {
	whole, err := io.ReadAll(newGenerated(firmware.Content{Name: "clip", To: 1000}))
	if err != nil || len(whole) != 1000 {
		t.Fatal(len(whole), err)
	}
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.Int64Range(0, 1000).Draw(t, "from")
		to := rapid.Int64Range(from, 1000).Draw(t, "to")
		g, got := newGenerated(firmware.Content{Name: "clip", From: from, To: to}), []byte(nil)
		for {
			piece := make([]byte, rapid.IntRange(1, 70).Draw(t, "piece"))
			n, err := g.Read(piece)
			got = append(got, piece[:n]...)
			if err != nil {
				break
			}
		}
		if !bytes.Equal(got, whole[from:to]) {
			t.Fatalf("%d to %d differ", from, to)
		}
	})
}
