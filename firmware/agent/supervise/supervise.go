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
	Name string // "": its error stands for itself
	Run  func(context.Context) error
}

// ErrDone is returned by a task to end all the others without an error.
var ErrDone = errors.New("done")

// Run runs all tasks until ctx ends or one of them returns, then stops them: the first stage first, and a later
// stage only when every task of the one before has returned, so that what others rely on ends last. It returns
// the first failure, wrapped with the task's name, or nil.
func Run(ctx context.Context, stages ...[]Task) error {
	var first failure
	ctx, end := context.WithCancel(ctx)
	defer end()
	joined := make([]sync.WaitGroup, len(stages))
	for i, tasks := range stages {
		stop := ctx
		if i > 0 {
			stop = after(ctx, &joined[i-1])
		}
		for _, t := range tasks {
			joined[i].Add(1)
			go func() {
				defer joined[i].Done()
				first.note(t.Name, t.Run(stop), stop.Err() != nil)
				end()
			}()
		}
	}
	for i := range joined {
		joined[i].Wait()
	}
	return first.err
}

// after returns a context with ctx's values that ends when ctx has ended and wg is done.
func after(ctx context.Context, wg *sync.WaitGroup) context.Context {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		wg.Wait()
		cancel()
	})
	return later
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
	if f.err != nil {
		return
	}
	if f.err = err; name != "" {
		f.err = fmt.Errorf("%s: %w", name, err)
	}
}
