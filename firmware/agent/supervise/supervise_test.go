package supervise

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestRun(t *testing.T) {
	boom := errors.New("boom")
	wait := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	cases := []struct {
		name string
		task func(context.Context) error
		want error
		text string
	}{
		{"a failing task cancels the rest and is named", func(context.Context) error { return boom }, boom, "a failing task cancels the rest and is named: boom"},
		{"", func(context.Context) error { return boom }, boom, "boom"},
		{"a task that ends unasked is a failure", func(context.Context) error { return nil }, nil, "a task that ends unasked is a failure: ended unasked"},
		{"ErrDone ends all without an error", func(context.Context) error { return ErrDone }, nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := Run(t.Context(), []Task{{"waits", wait}, {c.name, c.task}})
				if c.want != nil && !errors.Is(err, c.want) {
					t.Errorf("got %v, want it to wrap %v", err, c.want)
				}
				if got := text(err); got != c.text {
					t.Errorf("got %q, want %q", got, c.text)
				}
			})
		})
	}
}

func TestRunStopsCleanly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var ended int
		task := func(ctx context.Context) error { <-ctx.Done(); ended++; return ctx.Err() }
		context.AfterFunc(ctx, func() {})
		cancel()
		if err := Run(ctx, []Task{{"one", task}}); err != nil || ended != 1 {
			t.Errorf("err %v, ended %d: want a clean stop that joined", err, ended)
		}
	})
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestStagesStopInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		order := make(chan string, 4)
		task := func(name string, linger time.Duration) Task {
			return Task{name, func(ctx context.Context) error {
				<-ctx.Done()
				<-time.After(linger)
				order <- name
				return nil
			}}
		}
		time.AfterFunc(time.Second, cancel)
		err := Run(ctx, []Task{task("loop", time.Second), task("probe", 0)}, []Task{task("feed", time.Second)}, []Task{task("store", 0)})
		close(order)
		var got []string
		for n := range order {
			got = append(got, n)
		}
		if want := []string{"probe", "loop", "feed", "store"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("err %v, ended in the order %v, want %v", err, got, want)
		}
	})
}
