// Package screentest is a terminal for tests: a pty to run the console on, what was written to it, and the screen that makes.
//
// It answers the one query that changes what is drawn, that for the background, and no other; [Options.Mute] keeps even
// that. Nothing in it sleeps or polls: Await waits for bytes to come.
package screentest
