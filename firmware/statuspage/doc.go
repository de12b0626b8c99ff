// Package statuspage serves a device's state to people nearby: one plain page, a JSON API, and a stream.
//
// It answers from views that the fold made and never asks anything of it, so a slow reader slows nobody: a reader
// that falls behind skips views, and one that doesn't read at all is dropped. "Up" is said only while the device's
// own evidence lasts; a page in a browser that loses the device says so and grays out.
//
// It is meant for the loopback or an office network. Requests under a foreign host name are refused (DNS
// rebinding), and commands must be JSON of the same origin (cross-site request forgery). Everything that comes
// from afar is escaped. There is no authentication: whoever can reach the page may read, acknowledge and mute.
package statuspage
