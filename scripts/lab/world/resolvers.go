package world

import (
	"context"
	"fmt"
	"net"
)

// unbound is the configuration of an ISP's resolver: it begins at the registry, as real ones begin at the root.
func unbound(dir string, root address) string {
	return fmt.Sprintf(`server:
  interface: 0.0.0.0
  interface: ::0
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  num-threads: 1
  so-reuseport: no
  chroot: ""
  username: ""
  directory: %[1]q
  pidfile: ""
  use-syslog: no
  verbosity: 0
  module-config: "iterator"
  root-hints: "%[1]s/root"
  qname-minimisation: no
  do-not-query-localhost: no
  infra-keep-probing: yes
  infra-host-ttl: 10
  prefer-ip4: yes
  edns-buffer-size: 1232
remote-control:
  control-enable: yes
  control-interface: "%[1]s/control"
  control-use-cert: no
`, dir)
}

// openResolvers starts each ISP's resolver.
func (w *World) openResolvers(ctx context.Context) error {
	root := w.atlas.leaf[registry]
	hints := fmt.Sprintf(". 3600 NS a.root.example.\na.root.example. 3600 A %v\na.root.example. 3600 AAAA %v\n", root.v4, root.v6)
	for _, isp := range w.Topology.Networks() {
		dir := w.path(isp)
		if err := w.write(isp, map[string]string{"root": hints, "unbound.conf": unbound(dir, root)}); err != nil {
			return err
		}
		p := w.program(isp, isp, "unbound", "-d", "-c", w.path(isp, "unbound.conf"))
		if err := p.start(); err != nil {
			return err
		}
	}
	for _, isp := range w.Topology.Networks() {
		if err := w.named(isp).listening(ctx, "tcp", net.JoinHostPort(w.atlas.leaf[isp].v4.String(), "53")); err != nil {
			return err
		}
	}
	return nil
}

// Resolver tells an ISP's resolver something, as unbound-control does.
func (w *World) Resolver(ctx context.Context, isp string, command ...string) error {
	args := append([]string{"-c", w.path(isp, "unbound.conf")}, command...)
	if _, err := w.net.Output(ctx, isp, "", "unbound-control", args...); err != nil {
		return fmt.Errorf("the resolver of %s: %w", isp, err)
	}
	return nil
}
