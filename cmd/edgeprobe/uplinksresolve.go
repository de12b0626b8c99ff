package main

import (
	"context"
	"fmt"
	"time"

	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/uplink"
)

// resolverPatience is how long resolvers may take to find out that there is no such name.
const resolverPatience = 2 * time.Second

// naming is whether names can be resolved over an uplink.
type naming struct {
	Unresolved string `json:"unresolved,omitempty"` // what is wrong with its resolvers; "": nothing, or they were not asked
	deaf       bool   // none of them works
}

// wakeResolvers asks an uplink's resolvers for a name that nobody has, and notes what is wrong with them.
func (n *naming) wakeResolvers(ctx context.Context, out *uplink.Uplink) (err error) {
	n.Unresolved, n.deaf, err = probe.Resolvers(ctx, probe.Over(out), resolverPatience)
	if err != nil {
		return fmt.Errorf("ask the resolvers of %s: %w", out.Name(), err)
	}
	return nil
}
