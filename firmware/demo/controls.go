package demo

import (
	"net"
	"net/http"
)

// listenControls binds one small server per address: things outside the provider that must answer when an
// uplink can see at all.
func listenControls(addresses ...string) ([]net.Listener, error) {
	var ls []net.Listener
	for _, a := range addresses {
		l, err := listen(a)
		if err != nil {
			closeAll(ls)
			return nil, err
		}
		ls = append(ls, l...)
	}
	return ls, nil
}

// control answers 204 to anything.
func control(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

func closeAll(ls []net.Listener) {
	for _, l := range ls {
		_ = l.Close()
	}
}
