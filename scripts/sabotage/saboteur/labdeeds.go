package saboteur

// LabDeeds are the sabotages that the lab must notice: of what bears the product where a network lies, breaks and
// delays.
func LabDeeds() []Deed {
	return []Deed{
		{
			What: "connections are not bound to their uplink", Scenario: "own-link/isp-down.yaml",
			Edits: []Edit{{File: "firmware/uplink/uplink.go",
				Old: "bound = unix.SetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE, u.facts.Interface)", New: "bound = nil"}},
		},
		{
			What: "bad runs are rechecked after 20 s", Scenario: "provider/api-errors.yaml",
			Edits: []Edit{{File: "firmware/schedule/settings.go", Old: "Recheck: 150 * time.Millisecond", New: "Recheck: 20 * time.Second"}},
		},
		{
			What: "evidence counts a hundred times as long", Scenario: "own-link/both-cables-pulled.yaml", Breaks: "no-stale-green",
			Edits: []Edit{{File: "firmware/verdict/track.go", Old: "math.Round(set.ValidFactor *", New: "math.Round(100 * set.ValidFactor *"}},
		},
		{
			What: "a confirmation is lost before the store", Scenario: "provider/api-errors.yaml", Breaks: "journal-replays",
			Edits: []Edit{{File: "firmware/agent/loop.go", Old: "\tmade := a.carry(effects)\n",
				New: "\tmade := a.carry(effects)\n\tif len(made) > 0 && made[0].Kind == \"decision\" && made[0].To == \"confirmed\" {\n\t\tmade = made[1:]\n\t}\n"}},
		},
		{
			// Its tokens succeed without an acknowledgement when it has come back (eclipse-paho/paho.mqtt.golang, README).
			What: "the MQTT library reconnects by itself", Scenario: "broker/hangs-and-dies.yaml", Breaks: "feed-is-store",
			Edits: []Edit{
				{File: "firmware/feed/client.go", Old: "SetAutoReconnect(false)", New: "SetAutoReconnect(true)"},
				{File: "firmware/feed/client.go", Old: "\t\tc.why = err\n\t\tclose(c.lost)\n", New: "\t\tc.why = err\n"},
				{File: "firmware/feed/client.go", Old: "\t\tc.conn = conn\n", New: "\t\tconn.written.Store(c.handed)\n\t\tc.conn = conn\n"},
			},
		},
	}
}
