package stamina

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// servers is how many addresses the server has: connections that ended less than a minute ago keep their ports, which
// would run out on one.
const servers = 10

// Serve answers plain HTTP on loopback until ctx ends: its addresses as a line of JSON on w, then a few bytes for every
// request.
func Serve(ctx context.Context, w io.Writer) error {
	srv := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "all is well\n") }),
		ReadHeaderTimeout: 10 * time.Second,
	}
	defer context.AfterFunc(ctx, func() { _ = srv.Close() })()
	var addresses []string
	var serving errgroup.Group
	for i := range servers {
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.42.%d:0", i+1))
		if err != nil {
			return errors.Join(fmt.Errorf("listen: %w", err), srv.Close(), serving.Wait())
		}
		addresses = append(addresses, ln.Addr().String())
		serving.Go(func() error {
			if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve: %w", err)
			}
			return nil
		})
	}
	if err := json.NewEncoder(w).Encode(addresses); err != nil {
		return errors.Join(fmt.Errorf("announce server: %w", err), srv.Close(), serving.Wait())
	}
	return serving.Wait()
}
