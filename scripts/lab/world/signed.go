package world

import (
	"time"

	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/wire"
	"edgeprobe.io/scripts/lab/seen"
)

// signed makes observations of what peers say to each other.
func signed(topic wire.Topic, h fold.Heard) ([]seen.Observation, error) {
	switch {
	case h.Votes != nil:
		return votes(*h.Votes), nil
	case h.Beat != nil:
		return beat(*h.Beat), nil
	}
	fields, err := seen.Fields(h.Ack)
	return []seen.Observation{{Subject: topic.Key, Fields: fields}}, err
}

// votes are a sheet's votes, one observation each.
func votes(s fold.VoteSheet) (all []seen.Observation) {
	for _, v := range s.Votes {
		fields := map[string]any{
			"uplink": v.Uplink, "region": v.Target.Region, "state": string(v.State), "impact": v.Impact.String(),
			"recovering": v.Recovering, "why": v.Why, "valid_for_ms": ms(v.ValidFor), "sequence": float64(s.Sequence),
		}
		if v.Age >= 0 {
			fields["age_ms"] = ms(v.Age)
		}
		if !v.Episode.Zero() {
			fields["episode"] = v.Episode.String()
		}
		all = append(all, seen.Observation{Subject: s.Service, Fields: fields})
	}
	return all
}

func beat(b fold.Beat) []seen.Observation {
	var stands []any
	for _, s := range b.Stands {
		ages := make([]any, len(s.Ages))
		for i, age := range s.Ages {
			if age >= 0 {
				ages[i] = ms(age)
			}
		}
		stands = append(stands, map[string]any{"service": s.Service, "sequence": float64(s.Sequence), "ages_ms": ages})
	}
	return []seen.Observation{{Fields: map[string]any{
		"epoch": float64(b.Epoch), "sequence": float64(b.Sequence), "every_ms": ms(b.Every), "time_quality": string(b.Clock), "stands": stands,
	}}}
}

func ms(d time.Duration) float64 { return float64(d.Milliseconds()) }
