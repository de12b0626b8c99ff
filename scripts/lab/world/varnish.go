package world

import (
	"context"
	"fmt"
	"net"
)

// varnishPort is where an edge's cache listens, on its own loopback.
const varnishPort = "8080"

// Headers by which the TLS terminator tells the cache behind it what has befallen the edge.
const (
	cacheHeader  = "X-Lab-Cache"  // "off": ask the origin each time; "keep": hold answers for an hour
	originHeader = "X-Lab-Origin" // "fail": the way to the origin is broken
)

// vcl is the edges' program. Every answer says whether it came from the cache; stale ones are shown while the origin
// fails, for as long as the origin's stale-if-error allows.
func vcl(originAddress string) string {
	return fmt.Sprintf(`vcl 4.1;
import std;

backend origin {
    .host = %q;
    .port = "80";
    .connect_timeout = 3s;
    .first_byte_timeout = 10s;
    .between_bytes_timeout = 10s;
}

sub vcl_recv {
    if (req.http.X-Lab-Cache == "off") {
        return (pass);
    }
}

sub vcl_backend_fetch {
    if (bereq.http.X-Lab-Origin == "fail") {
        return (error(503, "this edge cannot reach its origin"));
    }
}

sub vcl_backend_response {
    set beresp.grace = 0s;
    if (beresp.http.Cache-Control ~ "stale-if-error=[0-9]+") {
        set beresp.grace = std.duration(regsub(beresp.http.Cache-Control, "^.*stale-if-error=([0-9]+).*$", "\1s"), 0s);
    }
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon);
    }
    if (bereq.http.X-Lab-Cache == "keep" && beresp.ttl > 0s) {
        set beresp.ttl = 1h;
    }
}

sub vcl_backend_error {
    set beresp.http.Cache-Control = "no-store";
    if (bereq.is_bgfetch) {
        return (abandon);
    }
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
`, originAddress)
}

// openCaches starts Varnish at every edge. Compiling the program takes a second of a processor: it is done once, the
// others take what the first compiled.
func (w *World) openCaches(ctx context.Context) error {
	err := w.write("varnish", map[string]string{"edge.vcl": vcl(w.atlas.leaf[origin].v4.String())})
	if err != nil {
		return err
	}
	compiled := w.path("varnish", "edge.so")
	compiler := fmt.Sprintf("exec 9>%[1]s.lock; flock 9; test -f %[1]s || { (%%D) && cp %%o %[1]s; } && cp %[1]s %%o", compiled)
	for _, r := range w.Topology.Regions() {
		node := EdgeNode(r)
		if err := w.write(node, nil); err != nil {
			return err
		}
		p := w.program(node, node, "varnishd", "-j", "none", "-F", "-i", node, "-n", w.path(node), "-f", w.path("varnish", "edge.vcl"),
			"-a", net.JoinHostPort("127.0.0.1", varnishPort), "-s", "malloc,16m", "-p", "cc_command="+compiler,
			"-p", "thread_pools=1", "-p", "thread_pool_min=5", "-p", "thread_pool_max=100", "-p", "vsl_space=1m")
		if err := p.start(); err != nil {
			return err
		}
	}
	for _, r := range w.Topology.Regions() {
		if err := w.named(EdgeNode(r)).listening(ctx, "tcp", net.JoinHostPort("127.0.0.1", varnishPort)); err != nil {
			return err
		}
	}
	return nil
}

// EmptyCaches throws away what the edges have cached.
func (w *World) EmptyCaches(ctx context.Context) error {
	for _, r := range w.Topology.Regions() {
		node := EdgeNode(r)
		if _, err := w.net.Output(ctx, node, "", "varnishadm", "-n", w.path(node), "ban", "req.url", "~", "."); err != nil {
			return fmt.Errorf("empty the cache of %s: %w", node, err)
		}
	}
	return nil
}
