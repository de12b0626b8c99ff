// Package verdict turns results into what one device may say: the sight of each uplink and a vote per target.
//
// A vote is earned (section "A vote is earned" of the design): failing needs several bad runs in a row over a
// minimum span, and controls on the same uplink that started after the first bad run and passed. A verified
// success needs no controls. Evidence older than its validity says nothing, and a bad run begun before the uplink's
// sight last returned says nothing either.
//
// It is pure: it never reads a clock and never does I/O. It owns sight, hysteresis and vote.
package verdict
