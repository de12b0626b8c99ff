// Package seen holds what was observed in a run of the lab, as values: who said what, when. The lab writes it, the
// judge, the invariants and the page read it; nothing here knows how it was observed.
//
// What an observation's fields are, by source and kind:
//
//	feed   decision, status, uplink, ack, metrics  the payload (package wire), and "retained": the broker had kept it
//	feed   event      what changed (wire.EventData), and "id", "sequence", "epoch", "replayed", "durable"; Subject as in
//	                  the event
//	feed   vote       one vote of a sheet, Subject its service: "uplink", "region", "state", "impact", "recovering",
//	                  "episode", "why", "age_ms", "valid_for_ms", "sequence"
//	feed   heartbeat  "epoch", "sequence", "every_ms", "time_quality", "stands"
//	panel  lamp       Subject "service/eu", "uplink/eth0", "feed", "self": "colour" ("green", "red", "amber", "white",
//	                  "off", alternating ones "red+green"), "pattern" in the panel's words ("red fast blink"),
//	                  "lapsed": it went dark because nobody renewed it
//	panel  buzzer     "sounds", "beats_ms", "repeat", "lapsed"
//	store  transition Subject as in the event: "sequence", "epoch", "kind", "from", "to", "why", and for decisions
//	                  "status" and "impact"
//	lab    fault      Subject the verb: "params", "undone": it was taken back, "error" when it could not be done
//	lab    device     "state": "started", "stopped", "killed", "died"
//	lab    world      Subject what the lab says of itself: "up", "down"; "overslept": it, and so
//	                  the devices, had no time on this machine for the "late_ms" before
//
// Numbers are float64 as encoding/json reads them, whatever was put in.
package seen
