// Package supervise starts everything long-lived and joins it again: together with agent it is the only place
// where goroutines begin.
//
// Run returns only after every task has returned. When one task ends with an error, or a task that must not end
// does, the others are cancelled. A task that panics takes the process down, as it should: its state is unknown.
package supervise

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Task is something long-lived with a name for people. Run must return soon after its context ends; returning
// the context's error, or nil after it ended, is a clean stop.
type Task struct {
	Name string
	Run  func(context.Context) error
}

// ErrDone is returned by a task to end all the others without an error.
var ErrDone = errors.New("done")

// Run runs all tasks until ctx ends or one of them returns, then cancels the rest and waits for them. It returns
// the first failure, wrapped with the task's name, or nil.
func Run(ctx context.Context, tasks []Task) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var first failure
	for _, t := range tasks {
		wg.Add(1)
		go func() {
			defer wg.Done()
			first.note(t.Name, t.Run(ctx), ctx.Err() != nil)
			cancel(ErrDone)
		}()
	}
	wg.Wait()
	return first.err
}

// failure keeps the first error of several tasks.
type failure struct {
	mu  sync.Mutex
	err error
}

// note records how a task ended: an error counts unless it is the cancellation itself, and so does a task that
// ended although nobody asked it to.
func (f *failure) note(name string, err error, asked bool) {
	switch {
	case errors.Is(err, ErrDone), asked && (err == nil || errors.Is(err, context.Canceled)):
		return
	case err == nil:
		err = errors.New("ended unasked")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = fmt.Errorf("%s: %w", name, err)
	}
}
