package uplink

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// life is an uplink as it is now.
type life struct {
	mu   sync.Mutex
	ctx  context.Context         // guarded by mu; nil: nobody watches
	end  context.CancelCauseFunc // guarded by mu
	like string                  // guarded by mu; what was seen, in a form to compare
}

// Life returns a context that lasts as long as the uplink stays as it is. It ends, with the reason as its cause, when
// [Uplink.Run] finds another interface, address or route; of an uplink that is down it has ended already. While nobody
// runs Run, it lasts for ever.
func (u *Uplink) Life() context.Context {
	u.life.mu.Lock()
	defer u.life.mu.Unlock()
	if u.life.ctx == nil {
		return context.Background()
	}
	return u.life.ctx
}

// regard looks at the uplink, and begins a new life when it is another one than before, which anew says.
func (u *Uplink) regard() (up bool, why string, anew bool) {
	s := u.Look()
	like := fmt.Sprint(interfaceIndex(u.facts.Interface), s)
	l := &u.life
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx != nil && like == l.like {
		return s.Up, s.Why, false
	}
	if l.ctx != nil {
		l.end(changed(s))
	}
	l.like = like
	l.ctx, l.end = context.WithCancelCause(context.Background())
	if !s.Up {
		l.end(errors.New(s.Why))
	}
	return s.Up, s.Why, true
}

// changed says what a run may have met.
func changed(s Seen) error {
	if !s.Up {
		return errors.New(s.Why)
	}
	return errors.New("the uplink's addresses or routes have changed")
}
