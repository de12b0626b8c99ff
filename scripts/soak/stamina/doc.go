// Package stamina runs a device for as many results as a day brings, in minutes, and holds what it uses to a flat line.
//
// The device is the product's own, in a process of its own, over two uplinks and with a real store; what it probes is a
// plain HTTP server in another process. Time is compressed by asking more often, and everything that is counted by
// time is compressed with it: the store commits as many results at once as it does at the default cadence. Evidence
// counts for as long as it does there. What cannot be compressed is the clock itself: what a device keeps by the hour,
// not by the result, is not seen here.
package stamina
