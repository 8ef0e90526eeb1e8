//go:build !unix

package app

import "os/exec"

// alone does nothing where there are no process groups: a command that takes too long is ended, its children aren't.
func alone(*exec.Cmd) {}
