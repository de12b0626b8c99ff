package judge

import (
	"edgeprobe.io/scripts/lab/scenario"
)

// measured returns the runs of all stores as sightings.
func measured(stores []Holding) (out []sighting) {
	for _, h := range stores {
		for _, r := range h.Results {
			out = append(out, sighting{
				kind: scenario.SeeResult, device: h.Device, subject: r.Service + "/" + r.Check + "/" + r.Uplink, at: r.At,
				state: r.Outcome.String(), says: map[string][]string{},
			})
		}
	}
	return out
}
