// Command sabotage breaks the product in one place after the other, in copies, and demands that the replay of
// 22 January notices each, or with the word lab that a scenario of the lab does: what cannot fail would prove nothing.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"edgeprobe.io/scripts/sabotage/saboteur"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := all(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sabotage:", err)
		os.Exit(1)
	}
}

func all(ctx context.Context, args []string) error {
	switch {
	case len(args) == 0:
		return saboteur.All(ctx, ".", saboteur.Deeds(), os.Stdout)
	case len(args) == 1 && args[0] == "lab":
		fmt.Println("without sabotage first")
		if err := saboteur.Sound(ctx, ".", saboteur.LabDeeds()); err != nil {
			return err
		}
		return saboteur.All(ctx, ".", saboteur.LabDeeds(), os.Stdout)
	}
	return fmt.Errorf("%q is no kind of sabotage: say lab, or nothing for the replay's", args)
}
