package main

import (
	"context"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/config"
)

// portal is what an uplink's portal check says; both are "" when nothing is in the way, or no check is configured.
type portal struct {
	Portal  string `json:"portal,omitempty"`         // the captive portal that it has met
	Unasked string `json:"portal_unknown,omitempty"` // why it can tell nothing
}

// tryPortal runs an uplink's portal check, where it has one.
func (p *portal) tryPortal(ctx context.Context, cfg *config.Config, u firmware.Uplink) error {
	for _, c := range cfg.Checks {
		if c.Role != firmware.RolePortal || c.Uplink != u.Name {
			continue
		}
		clk, err := clock.New(clock.Built())
		if err != nil {
			return err
		}
		r, err := look{check: c, uplink: u, probe: cfg.Probe}.run(ctx, clk)
		if err != nil {
			return err
		}
		switch {
		case r.Outcome == firmware.OutcomePortal:
			p.Portal = r.Detail
		case !r.Outcome.OK():
			p.Unasked = r.Outcome.String() + ": " + r.Detail
		}
	}
	return nil
}
