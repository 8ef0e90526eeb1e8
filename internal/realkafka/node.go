package realkafka

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const tailBytes = 8 << 10 // of each broker's log, printed when a test fails

// node is one broker, controller or both, through all its lives.
type node struct {
	id         int
	broker     bool
	controller bool
	dir        string
	ports      struct{ plain, controller, sasl, tls int }
	proc       *os.Process
	done       chan struct{} // closed when the present process has ended
	paused     bool
}

func (n *node) data() string   { return filepath.Join(n.dir, "data") }
func (n *node) config() string { return filepath.Join(n.dir, "server.properties") }
func (n *node) log() string    { return filepath.Join(n.dir, "log") }

// start runs the node's next life; its output is appended to the log.
func (n *node) start(cmd *exec.Cmd) error {
	out, err := os.OpenFile(n.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("start node %d: %w", n.id, err)
	}
	defer out.Close()
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = n.dir, out, out, ownGroup()
	started, done := make(chan error), make(chan struct{})
	go n.live(cmd, started, done)
	if err := <-started; err != nil {
		return fmt.Errorf("start node %d: %w", n.id, err)
	}
	n.proc, n.done = cmd.Process, done
	return nil
}

// live forks and waits on one thread: the kernel takes the end of the thread that forked for the end of the parent.
func (n *node) live(cmd *exec.Cmd, started chan<- error, done chan<- struct{}) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	started <- err
	if err == nil {
		cmd.Wait() // how it ended is seen in its log
		close(done)
	}
}

// alive tells whether the node has a process, a paused one too.
func (n *node) alive() bool {
	if n.proc == nil {
		return false
	}
	select {
	case <-n.done:
		return false
	default:
		return true
	}
}

// answers tells whether clients may expect the node to.
func (n *node) answers() bool { return n.alive() && !n.paused }

// kill ends the node as a power cut would.
func (n *node) kill() {
	if n.alive() {
		n.proc.Kill()
		<-n.done
	}
}

// terminate asks the node to end and tells whether it did within d.
func (n *node) terminate(d time.Duration) bool {
	if !n.alive() {
		return true
	}
	n.proc.Signal(syscall.SIGTERM)
	limit := time.NewTimer(d)
	defer limit.Stop()
	select {
	case <-n.done:
		return true
	case <-limit.C:
		return false
	}
}

// logged is the length of the node's log, 0 while there is none.
func (n *node) logged() int64 {
	info, err := os.Stat(n.log())
	if err != nil {
		return 0
	}
	return info.Size()
}

// tail is the end of the node's log, nothing that was written before the offset from.
func (n *node) tail(from int64) string {
	f, err := os.Open(n.log())
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	from = max(from, n.logged()-tailBytes)
	text, err := io.ReadAll(io.NewSectionReader(f, from, tailBytes))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}
