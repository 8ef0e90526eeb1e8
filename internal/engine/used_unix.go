//go:build unix

package engine

import (
	"syscall"
	"time"
)

// ProcessTime returns the time of the processor that this process has taken, its own and the system's for it; 0 where that
// can't be told.
func ProcessTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
