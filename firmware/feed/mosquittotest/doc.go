// Package mosquittotest runs Debian's Mosquitto, a real MQTT broker, for tests: on loopback, on a port of its own,
// with its files in the test's folder. Only tests import it.
//
// Guarantees:
//   - A broker that cannot be started fails the test and says which package to install; nothing is skipped.
//   - No broker outlives its test.
package mosquittotest
