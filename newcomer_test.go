package main

import (
	"os/exec"
	"strings"
	"testing"

	"weir/internal/screentest"
)

// TestStoryOfANewcomer: who never saw weir opens it, and finds the stalled partition, its member and its host, skips the
// record it stands on, and sees the group read again. Every key that is pressed stands on the screen with what it does.
func TestStoryOfANewcomer(t *testing.T) {
	if testing.Short() {
		t.Skip("a group's state takes its time")
	}
	t.Parallel()
	weir, err := exec.LookPath("weir")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command(weir, "demo", "stalled", "--utc")
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "LANG=C.UTF-8", "TERM=xterm-256color", "XDG_STATE_HOME=" + dir + "/state", "TMPDIR=" + dir}
	p := screentest.New(t, screentest.Options{Width: 110, Height: 36})
	run := p.Start(cmd)

	// The sentence says what is wrong; the cursor stands on the group, and the foot says how to go there.
	p.Await("1 group is stalled.", "> ■ stalled         orders-fraud", "Enter open")
	p.Type("\r")
	// Its page names the partition, the member that reads it, and the member's host, and what leads on.
	p.Await("■ STALLED", "of orders has not moved for", "orders-fraud-2 on 127.0.0.1 stays at", "next: r read the record", "a record-skip, offset-reset")
	if row := rowUnderTheCursor(p); !strings.Contains(row, "orders-fraud-2") || !strings.Contains(row, "127.0.0.1") || !strings.Contains(row, "stalled") {
		t.Errorf("the cursor does not stand on the member that hangs: %q", row)
	}
	p.Type("r")
	p.Await("the committed offset of orders-fraud", "Looking joins no group and commits nothing.", "a act")
	p.Type("a")
	p.Await("> record-skip", "the application behind the group is stopped first, and started again", "Enter form", "Esc back, nothing changed")
	p.Type("\r")
	p.Await("orders:", "stop-app", "(•) yes  stop the application", "Enter plan (only reads)")
	p.Type("\r")
	p.Await("1 change, and 2 commands on this host", "1 skipped", "Enter consent")
	p.Type("\r")
	p.Await("type the name", "It gives up", "1 record that can still be read", "Enter applies")
	slowly(p, "orders-fraud")
	p.Type("\r")
	p.Await("done and verified")
	// Started anew, the program reads on.
	p.Type("1")
	p.Await("overview", "no trouble")
	p.Type("q")
	if code := run.Wait(); code != 0 {
		t.Errorf("weir exits %d", code)
	}
	p.Restored()
}

// TestStoryOfABlockedGroup: two keys from the first screen to who opened the transaction that a group stands behind, on a
// screen of the least size.
func TestStoryOfABlockedGroup(t *testing.T) {
	if testing.Short() {
		t.Skip("a group's state takes its time")
	}
	t.Parallel()
	weir, err := exec.LookPath("weir")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command(weir, "demo", "blocked", "--utc")
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "LANG=C.UTF-8", "TERM=xterm-256color", "XDG_STATE_HOME=" + dir + "/state", "TMPDIR=" + dir}
	p := screentest.New(t, screentest.Options{Width: 80, Height: 24})
	run := p.Start(cmd)
	p.Await("1 group is blocked.", "> ‖ blocked         transfers-settlement", "Enter open")
	p.Type("\r")
	p.Await("‖ BLOCKED", "behind an open", "retention reaches the oldest unread", "next: r read the record", "its producer must end the transaction")
	p.Type("r")
	p.AwaitThat("who opened it", func(screen string) bool {
		return strings.Contains(strings.Join(strings.Fields(screen), " "), "the first of transactional id transfers-bridge, producer ")
	})
	p.Type("\x03")
	if code := run.Wait(); code != 0 {
		t.Errorf("weir exits %d", code)
	}
	p.Restored()
}

func rowUnderTheCursor(p *screentest.Terminal) string {
	for row := range strings.SplitSeq(p.Screen(), "\n") {
		if strings.HasPrefix(row, " > ") {
			return row
		}
	}
	return ""
}
