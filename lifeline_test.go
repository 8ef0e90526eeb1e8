package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// lifeline is the descriptor of a pipe that every weir of these tests inherits. Its other end is the tests' alone: when they
// are gone, be it by SIGKILL, which lets nobody clean up, the pipe is closed and the weirs end.
const lifeline = 200

func layLifeline() {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		panic(err)
	}
	fd, err := unix.FcntlInt(uintptr(ends[0]), unix.F_DUPFD, lifeline) // which children inherit
	if err != nil || fd != lifeline {
		panic("descriptor 200 is taken")
	}
	_ = unix.Close(ends[0])
}

// endWithTheTests ends this process when the lifeline is cut. Where it leads nowhere, as behind sshd, nothing is waited for.
func endWithTheTests() {
	var is unix.Stat_t
	if err := unix.Fstat(lifeline, &is); err != nil || is.Mode&unix.S_IFMT != unix.S_IFIFO {
		return
	}
	unix.CloseOnExec(lifeline)
	for {
		if _, err := unix.Read(lifeline, make([]byte, 1)); err != unix.EINTR {
			os.Exit(137)
		}
	}
}

// TestAServedClusterEndsWithTheTests.
func TestAServedClusterEndsWithTheTests(t *testing.T) {
	t.Parallel()
	weir, err := exec.LookPath("weir")
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(weir, "demo", "--serve")
	cmd.Env = []string{"HOME=" + t.TempDir()}
	cmd.ExtraFiles = make([]*os.File, lifeline-2)
	cmd.ExtraFiles[lifeline-3] = r
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	r.Close()
	said := make([]byte, 100)
	if n, err := out.Read(said); err != nil || !strings.HasPrefix(string(said[:n]), "127.0.0.1:") {
		t.Fatalf("it said %q: %v", said[:n], err)
	}
	w.Close()
	if code := exitCode(cmd.Wait()); code != 137 {
		t.Errorf("exit code %d", code)
	}
}
