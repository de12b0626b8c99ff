// Package page draws reports of the judge as one HTML page: what was true against what was said, how long it took to
// suspect, confirm and recover, and of each scenario what happened as a picture.
//
// The page is a single file without a script and without a reference to anything outside it, in light or dark as the
// reader's system is.
package page
