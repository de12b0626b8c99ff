package judge

import (
	"slices"

	"edgeprobe.io/scripts/lab/scenario"
)

// incidents returns one sighting per incident of the fleet, when it was first confirmed: devices that name it by
// different episodes mean the same one when the names meet in anybody's aliases.
func incidents(all []sighting) (out []sighting) {
	leader := map[string]string{}
	for _, s := range all {
		ids := names(s)
		for _, id := range ids {
			join(leader, ids[0], id)
		}
	}
	done := map[string]bool{}
	for _, s := range all {
		ids := names(s)
		if len(ids) == 0 || s.state != "confirmed" || done[lead(leader, ids[0])] {
			continue
		}
		done[lead(leader, ids[0])] = true
		s.kind, s.device, s.state = scenario.SeeIncident, "", ids[0]
		out = append(out, s)
	}
	return out
}

// names are what a decision calls its incident.
func names(s sighting) []string {
	if s.kind != scenario.SeeDecision {
		return nil
	}
	return slices.DeleteFunc(slices.Concat(s.says["incident"], s.says["aliases"]), func(id string) bool { return id == "" })
}

// lead follows an id to the one that stands for all it was joined with.
func lead(leader map[string]string, id string) string {
	for leader[id] != "" && leader[id] != id {
		id = leader[id]
	}
	return id
}

func join(leader map[string]string, a, b string) { leader[lead(leader, b)] = lead(leader, a) }
