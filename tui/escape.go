package tui

import (
	"bytes"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// lone is how long nothing follows an Esc that was pressed by itself: what a terminal sends for another key that begins with
	// the same byte comes in one piece. The layer above would wait for 50 ms.
	lone = 15 * time.Millisecond
	// escapeKey is Esc as terminals send it that speak the kitty keyboard protocol: nothing else begins so.
	escapeKey              = "\x1b[27u"
	pasteBegins, pasteEnds = "\x1b[200~", "\x1b[201~"
)

// escapes finds in what a terminal sends the Esc that was pressed by itself.
type escapes struct {
	before  []byte                             // the end of what was read before, in which a mark of a paste may begin
	pasting bool                               // what is pasted is no key
	follows func(*os.File, time.Duration) bool // more comes within that time, or can't be waited for
}

// told returns how many bytes of b are keys, of n that were read into it: an Esc by itself is told without a doubt.
func (e *escapes) told(from *os.File, b []byte, n int) int {
	read := b[:n]
	seen := append(e.before, read...)
	if begins, ends := bytes.LastIndex(seen, []byte(pasteBegins)), bytes.LastIndex(seen, []byte(pasteEnds)); begins != ends {
		e.pasting = begins > ends
	}
	e.before = append([]byte(nil), seen[max(0, len(seen)-len(pasteBegins)+1):]...)
	alone := bytes.HasSuffix(read, []byte{0x1b}) && !bytes.HasSuffix(seen, []byte("\x1b\x1b"))
	if !alone || e.pasting || n-1+len(escapeKey) > len(b) || e.follows(from, lone) {
		return n
	}
	e.before = nil
	return n - 1 + copy(b[n-1:], escapeKey)
}

// follows reports whether something can be read from f within d, its end too.
func follows(f *os.File, d time.Duration) bool {
	for range 3 { // a signal cuts the wait short
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}, int(d.Milliseconds()))
		if !errors.Is(err, unix.EINTR) {
			return n != 0 || err != nil
		}
	}
	return true // the layer above waits
}
