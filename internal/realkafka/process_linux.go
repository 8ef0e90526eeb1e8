package realkafka

import "syscall"

// ownGroup keeps a terminal's signals from the broker and ends it with this process, even if that is killed.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
