// Package tui is the console: it draws what the engine knows, and moves through it.
//
// Manners:
//   - Update and View do no I/O and read no clock. Time comes in a State and in ticks; every tea.Cmd is built in cmds.go and actcmds.go.
//   - A view is a plain struct in a file of its own: it takes a snapshot, returns lines, and answers a key with an intent.
//   - One table of bindings makes the dispatch, the footer, the help and docs/keys.md.
//   - Nothing computed here that the shell would tell otherwise: states, sums and rates are the judge's.
//   - Unknown is "?", never zero and never blank; what is old is faint and marked "~"; the stamp in the corner is when
//     the data was read.
//   - No name reaches the screen that did not go through text.Safe, no line is wider than the screen, and no frame is
//     higher or lower than it.
//   - Rows keep their order, and the cursor its row, until a person asks for another.
package tui
