// Package screen draws panels in a terminal: for the daemon, for watch and for the demo alike.
//
// On a terminal the panels stand side by side (one below the other when it is narrow), are drawn over in place
// and blink as the lamps do, with the newest notes below. Anywhere else each change is one plain line, so that a
// log of it can be read. Colours respect NO_COLOR; every lamp also has its state in words.
//
// A frame is a lease here too: what isn't updated goes dark by itself, so a dead daemon cannot look green.
package screen
