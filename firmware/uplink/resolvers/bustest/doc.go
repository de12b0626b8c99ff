// Package bustest runs Debian's dbus-daemon, a real bus, for tests, and puts on it what systemd-resolved and
// NetworkManager tell of resolvers, or lies about it. Only tests import it.
//
// Guarantees:
//   - A bus that cannot be started fails the test and says which package to install; nothing is skipped.
//   - The bus is the test's own, never the machine's, and does not outlive it.
package bustest
