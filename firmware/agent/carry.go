package agent

import (
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/schedule"
	"edgeprobe.io/firmware/wire"
)

// carry hands effects on, in their order and without waiting, and returns the transitions among them.
func (a *Agent) carry(effects []fold.Effect) []fold.Transition {
	var made []fold.Transition
	changed := false
	for _, e := range effects {
		switch e := e.(type) {
		case fold.Transition:
			made = append(made, e)
			a.Log.Info("transition", "kind", e.Kind, "subject", e.Subject, "from", e.From, "to", e.To, "why", e.Why)
			a.urge(e)
		case fold.Attention:
			a.plan.Attend(e.Service, e.Uplink, attention(e.Level), a.Clock.Now())
		case fold.Prove:
			a.plan.Prove(e.Uplink, a.Clock.Now())
		case fold.Publication:
			a.publish(e)
		case fold.Changed:
			changed = true
		}
	}
	if now := a.Clock.Now(); changed || len(made) > 0 || now.Since(a.viewed) >= pulse {
		v := a.state.View()
		a.view.Store(&v)
		a.page.Update(v, made)
		a.viewed = now
	}
	return made
}

func attention(l fold.Level) schedule.Attention {
	switch l {
	case fold.LevelBurst:
		return schedule.Burst
	case fold.LevelIncident:
		return schedule.Incident
	}
	return schedule.Calm
}

// urge tells the feed of what people and peers wait for.
func (a *Agent) urge(t fold.Transition) {
	if t.Kind != "vote" && t.Kind != "decision" {
		return
	}
	for _, f := range a.feeds {
		f.Urge()
	}
}

// publish gives the feed a message. What cannot be written is our own mistake: it is said, and nothing stops.
func (a *Agent) publish(p fold.Publication) {
	dev := a.Fold.Device
	switch {
	case p.Sheet != nil:
		a.signed(wire.Vote(dev, p.Sheet.Service), *p.Sheet)
	case p.Beat != nil:
		a.signed(wire.Heartbeat(dev), *p.Beat)
	case p.Ack != nil:
		a.signed(wire.Ack(dev, p.Ack.Service), *p.Ack)
	case p.Decision != nil:
		topic := wire.Decision(dev, p.Decision.Service)
		payload, err := wire.EncodeDecision(dev, *p.Decision, times{a})
		a.offer(topic, payload, err)
	case p.Uplink != nil:
		topic := wire.Uplink(dev, p.Uplink.Name)
		payload, err := wire.EncodeUplink(dev, *p.Uplink, times{a})
		a.offer(topic, payload, err)
	}
}

func (a *Agent) signed(topic string, v any) {
	payload, err := wire.Sign(topic, a.Key, v)
	a.offer(topic, payload, err)
}

// offer gives a payload to every broker's session: retained topics as the newest snapshot, others now or never.
func (a *Agent) offer(topic string, payload []byte, err error) {
	if err != nil {
		a.Log.Error("write a message", "topic", topic, "error", err)
		return
	}
	t, err := wire.Parse(topic)
	for _, f := range a.feeds {
		if err == nil && t.Retained() {
			f.Snapshot(topic, payload, true)
		} else {
			f.Send(topic, payload)
		}
	}
}
