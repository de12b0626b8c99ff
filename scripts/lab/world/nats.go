package world

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"edgeprobe.io/firmware/wire"
)

// natsConfig is the file name of a NATS server's configuration.
const natsConfig = "nats.conf"

// natsServer is the configuration of a node of the cluster: its streams, which MQTT's sessions and retained messages
// live in, are kept on all three.
func (w *World) natsServer(node string, passwords map[string]string) string {
	var users, routes strings.Builder
	for user, password := range passwords {
		fmt.Fprintf(&users, "    {user: %q, password: %q, permissions: %s}\n", user, password, natsPermissions(user))
	}
	for _, other := range w.Topology.Brokers() {
		fmt.Fprintf(&routes, "    \"nats://%s\"\n", w.natsRoute(other))
	}
	return fmt.Sprintf(`server_name: %[1]s
listen: "127.0.0.1:4222"
jetstream {store_dir: "%[2]s", max_memory_store: 16M, max_file_store: 256M}
cluster {
  name: lab
  listen: "%[3]s"
  routes: [
%[4]s  ]
}
mqtt {listen: "[::]:1883"}
authorization {
  users: [
%[5]s  ]
}
`, node, w.path(node), w.natsRoute(node), &routes, &users)
}

// natsRoute is where a node of the cluster hears the others.
func (w *World) natsRoute(node string) string {
	return net.JoinHostPort(w.atlas.leaf[node].v4.String(), "6222")
}

// natsPermissions is what a user may do (DESIGN section 5), in NATS's subjects: a topic's slashes are dots, and what
// ends in # needs the level above it too.
func natsPermissions(user string) string {
	subject := func(topic ...string) string { return strings.ReplaceAll(strings.Join(topic, "/"), "/", ".") }
	root := subject(wire.Prefix)
	if user == consumer {
		return fmt.Sprintf("{publish: {deny: [\">\"]}, subscribe: {allow: [%q, %q, \"$MQTT.>\"]}}", root, root+".>")
	}
	reads := []string{"$MQTT.>"}
	for _, kind := range []wire.Kind{wire.KindStatus, wire.KindHeartbeat, wire.KindVote, wire.KindAck} {
		peers := subject(root, "*", string(kind))
		reads = append(reads, peers, peers+".>")
	}
	writes := []string{subject(root, user) + ".>", subject(wire.HomeAssistant(user))}
	quoted := func(list []string) string {
		all := slices.Clone(list)
		for i := range all {
			all[i] = fmt.Sprintf("%q", all[i])
		}
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("{publish: {allow: [%s]}, subscribe: {allow: [%s]}}", quoted(writes), quoted(reads))
}
