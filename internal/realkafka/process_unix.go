//go:build unix && !linux

package realkafka

import "syscall"

// ownGroup keeps a terminal's signals from the broker. Nothing here ends it when this process is killed.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
