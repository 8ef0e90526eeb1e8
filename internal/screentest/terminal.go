package screentest

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"
)

// Patience is how long Await waits for what should be there at once on a machine of any speed.
const Patience = 5 * time.Minute

// Options say what terminal it is.
type Options struct {
	Width, Height int
	Mute          bool // no query is answered
	Synchronized  bool // it tells that it shows what is marked as one frame at once (mode 2026)
}

// Terminal is a pty, with what was written to it and the screen that makes.
type Terminal struct {
	t        testing.TB
	answers  map[string]string // to queries
	tty      *os.File
	fd       int // of keys
	keys     *os.File
	mu       sync.Mutex
	changed  *sync.Cond
	raw      bytes.Buffer
	screen   vt10x.Terminal
	italics  italics
	torn     bool // a frame that the program marked as one has come in part
	reading  sync.WaitGroup
	letGo    sync.Once
	overdue  bool
	lastByte time.Time
}

// New opens a terminal, which is closed when the test ends. Where no pty can be opened the test is skipped.
func New(t testing.TB, o Options) *Terminal {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pty: %v", err)
	}
	fd, keys := pollable(t, master)
	p := &Terminal{t: t, answers: answers(o), tty: tty, fd: fd, keys: keys, screen: vt10x.New(vt10x.WithSize(o.Width, o.Height))}
	p.changed = sync.NewCond(&p.mu)
	p.Resize(o.Width, o.Height)
	came := make(chan arrival, 1<<12)
	p.reading.Go(func() { p.read(came) })
	p.reading.Go(func() { p.show(came) })
	t.Cleanup(func() {
		p.Drain()
		keys.Close()
	})
	return p
}

// pollable returns a file whose reads end when it is closed.
func pollable(t testing.TB, f *os.File) (int, *os.File) {
	t.Helper()
	defer f.Close()
	fd, err := unix.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	return fd, os.NewFile(uintptr(fd), f.Name())
}

// Resize changes the size of the terminal.
func (p *Terminal) Resize(w, h int) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.screen.Resize(w, h)
	if err := unix.IoctlSetWinsize(p.fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(w), Row: uint16(h)}); err != nil {
		p.t.Error(err)
	}
}

// TTY is the end that a program reads from and writes to.
func (p *Terminal) TTY() *os.File { return p.tty }

// Start runs a program as the leader of a session of this terminal, and kills it when the test ends.
func (p *Terminal) Start(cmd *exec.Cmd) *Program {
	p.t.Helper()
	cmd.Stdin, cmd.Stdout, cmd.SysProcAttr = p.tty, p.tty, &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if cmd.Stderr == nil {
		cmd.Stderr = p.tty
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	run := &Program{Cmd: cmd, ended: make(chan struct{})}
	go func() {
		run.err = cmd.Wait()
		close(run.ended)
	}()
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has ended, or ends now
		<-run.ended
	})
	return run
}

// Program is one that runs on a terminal.
type Program struct {
	*exec.Cmd
	ended chan struct{}
	err   error
}

// Wait waits until the program has ended and returns its exit code; −1 when a signal ended it.
func (r *Program) Wait() int {
	<-r.ended
	return r.ProcessState.ExitCode()
}

// Type sends keys.
func (p *Terminal) Type(keys string) {
	p.t.Helper()
	if _, err := p.keys.WriteString(keys); err != nil {
		p.t.Error(err)
	}
}

const frameBegins, frameEnds = "\x1b[?2026h", "\x1b[?2026l"

// answers are what a terminal answers to what.
func answers(o Options) map[string]string {
	if o.Mute {
		return nil
	}
	out := map[string]string{"\x1b]11;?": "\x1b]11;rgb:0000/0000/0000\x1b\\"} // a dark background
	if o.Synchronized {
		out["\x1b[?2026$p"] = "\x1b[?2026;2$y"
	}
	return out
}

// arrival is what was read at once.
type arrival struct {
	bytes []byte
	at    time.Time
}

// read takes what the program writes as soon as it is there, so that the program does not wait for what shows it.
func (p *Terminal) read(came chan<- arrival) {
	defer close(came)
	buf := make([]byte, 64<<10)
	for {
		n, err := p.keys.Read(buf)
		came <- arrival{bytes.Clone(buf[:n]), time.Now()}
		for query, answer := range p.answers {
			if bytes.Contains(buf[:n], []byte(query)) {
				_, _ = p.keys.WriteString(answer)
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *Terminal) show(came <-chan arrival) {
	for a := range came {
		p.mu.Lock()
		p.raw.Write(a.bytes)
		_, _ = p.screen.Write(p.italics.instead(a.bytes))
		tail := p.raw.Bytes()[max(0, p.raw.Len()-len(a.bytes)-len(frameEnds)+1):]
		if begun, ended := bytes.LastIndex(tail, []byte(frameBegins)), bytes.LastIndex(tail, []byte(frameEnds)); begun != ended {
			p.torn = begun > ended
		}
		p.lastByte = a.at
		p.changed.Broadcast()
		p.mu.Unlock()
	}
}

// Await waits until the screen reads all the texts at once, in a frame that has come whole.
func (p *Terminal) Await(texts ...string) {
	p.t.Helper()
	p.AwaitThat(strings.Join(texts, ", "), holds(texts))
}

// AwaitGone waits until the screen no longer reads a text.
func (p *Terminal) AwaitGone(text string) {
	p.t.Helper()
	p.AwaitThat("no "+text, func(screen string) bool { return !strings.Contains(screen, text) })
}

// AwaitThat waits until a condition on what the screen reads holds; what says it in words.
func (p *Terminal) AwaitThat(what string, is func(screen string) bool) {
	p.t.Helper()
	p.until(what, is)
	p.mu.Unlock()
}

// AwaitFrame is AwaitThat, and returns when the last byte came of the frame in which the condition holds.
func (p *Terminal) AwaitFrame(what string, is func(screen string) bool) time.Time {
	p.t.Helper()
	p.until(what, is)
	defer p.mu.Unlock()
	return p.lastByte
}

// holds reports whether a screen reads all the texts.
func holds(texts []string) func(screen string) bool {
	return func(screen string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(screen, text) })
	}
}

// until waits until the screen is whole and a condition on it holds, and leaves it locked.
func (p *Terminal) until(what string, is func(screen string) bool) {
	p.t.Helper()
	late := time.AfterFunc(Patience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.overdue = true
		p.changed.Broadcast()
	})
	defer late.Stop()
	p.mu.Lock()
	for p.torn || !is(p.screen.String()) {
		if p.overdue {
			defer p.mu.Unlock()
			p.t.Fatalf("the screen never read %s; it reads\n%s", what, p.screen.String())
		}
		p.changed.Wait()
	}
}

// Screen returns what the screen reads, a line a row.
func (p *Terminal) Screen() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.screen.String()
}

// Written returns all bytes that were written to the terminal, and when the last of them came.
func (p *Terminal) Written() (raw []byte, last time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Clone(p.raw.Bytes()), p.lastByte
}

// HangUp takes the terminal away from the program.
func (p *Terminal) HangUp() {
	p.keys.Close()
	p.reading.Wait()
}

// Drain lets go of the terminal's end and waits until all that was written to it is read.
func (p *Terminal) Drain() {
	p.letGo.Do(func() { p.tty.Close() })
	p.reading.Wait()
}

// Restored drains the terminal and checks that the program left it as it found it.
func (p *Terminal) Restored() {
	p.t.Helper()
	p.Drain()
	written, _ := p.Written()
	raw := string(written)
	for on, off := range map[string]string{"\x1b[?1049h": "\x1b[?1049l", "\x1b[?25l": "\x1b[?25h", "\x1b[?2004h": "\x1b[?2004l"} {
		if strings.LastIndex(raw, on) > strings.LastIndex(raw, off) || !strings.Contains(raw, off) {
			p.t.Errorf("the terminal was left with %q on", on)
		}
	}
}
