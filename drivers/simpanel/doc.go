// Package simpanel is a panel kept in memory: lamps and a buzzer that remember who showed what, when.
//
// It keeps the promises of a real driver: blinking goes on by itself, showing the same again renews the lease
// without disturbing the rhythm, and what is not renewed goes dark when its lease ends. Tests read it instead of
// a mock, and a machine without lamps runs on it. It may be used from several goroutines.
package simpanel
