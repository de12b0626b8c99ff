// Package rig builds a whole device in Go, as edgeprobed does from its config, for measurements that no config allows:
// cadences far below a second, and probers with a witness beside them.
//
// Nothing is left out but drivers and brokers: the loop, the fold, the schedule, the store, the status page and the
// real uplinks and probers are the product's own, with its defaults.
package rig
