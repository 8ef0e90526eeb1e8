//go:build !unix

package config

import "io/fs"

// readableByOthers refuses every file: the mode bits don't tell who can read it here.
func readableByOthers(string, fs.FileInfo) string {
	return "who can read the file can't be told on this system"
}
