package statuspage

// Settings say where the page listens.
type Settings struct {
	Listen string // "host:port"; "" serves no page
}

// Defaults returns the loopback address, so that nothing is exposed unasked.
func Defaults() Settings { return Settings{Listen: "127.0.0.1:9402"} }
