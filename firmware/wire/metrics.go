package wire

import (
	"strings"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// EncodeMetrics writes a service as flat numbers, the form that exporters want: status_{status} is 1 for the one
// that holds, check_{check}_{uplink}_{ok,took_ms} for every check's newest run. Dashes in names become
// underscores. Checks that would break [MaxPayload] are left out, and checks_left_out counts them.
func EncodeMetrics(s fold.ServiceView) ([]byte, error) {
	d := s.Decision
	m := map[string]float64{
		"impact": float64(d.Impact), "voters": float64(d.Voters), "failing": float64(d.Failing),
		"full_view": number(d.FullView), "acked": number(d.AckedBy != ""), "masked_for_s": d.MaskedFor.Seconds(),
		"checks": float64(len(s.Checks)),
	}
	for _, status := range []firmware.Status{
		firmware.StatusUnknown, firmware.StatusUp, firmware.StatusSuspected, firmware.StatusPartial,
		firmware.StatusSingleSite, firmware.StatusConfirmed, firmware.StatusRecovering,
	} {
		m["status_"+string(status)] = number(d.Status == status)
	}
	room := MaxPayload - 600
	for i, c := range s.Checks {
		name := strings.ReplaceAll("check_"+c.Name+"_"+c.Uplink, "-", "_")
		if room -= 2*len(name) + 48; room < 0 {
			m["checks_left_out"] = float64(len(s.Checks) - i)
			break
		}
		m[name+"_ok"] = number(c.Outcome.OK())
		m[name+"_took_ms"] = float64(c.Took.Microseconds()) / 1000
	}
	return marshal("metrics", m)
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
