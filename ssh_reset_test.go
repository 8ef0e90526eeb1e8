package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"weir/internal/screentest"
)

// TestStoryOfALineThatDrops: over ssh the culprit is found and its offsets are reset. The brokers have taken the commit and
// not yet answered when the line drops, and the machine is taken down before they do. The next console says what it doesn't
// know; the person has it settled, and nothing is done twice or left behind.
func TestStoryOfALineThatDrops(t *testing.T) {
	if testing.Short() {
		t.Skip("a group's state takes its time")
	}
	t.Parallel()
	l := newLines(t)
	box := newOpsBox(t)
	const culprit = "audit-archive"
	before := committedBy(t, box.brokers, culprit)

	p, client, pid := box.open(t, l)
	planReset(p, culprit)
	p.Type("\r")
	p.Await("type the name")
	slowly(p, culprit)
	if err := box.gate.close("OffsetCommit", true); err != nil {
		t.Fatal(err)
	}
	p.Type("\r")
	box.gate.keeps(t, p)
	p.Await("under way")
	if err := client.Process.Kill(); err != nil { // the line drops
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil { // and the machine
		t.Fatal(err)
	}
	if code := box.told(t, "exit"); code != 128+int(syscall.SIGKILL) {
		t.Errorf("weir that was killed exits %d", code)
	}
	box.gate.open(true)
	moved := committedBy(t, box.brokers, culprit)
	for at, was := range before {
		if moved[at] <= was {
			t.Errorf("%s: committed %d, after the reset %d", at, was, moved[at])
		}
	}

	p, client, pid = box.open(t, l)
	p.Await("1 unfinished", "outcome unknown: offset-reset of "+culprit)
	p.Type("8")
	p.Await("> ", "outcome unknown", "s settle")
	p.Type("s")
	p.Await("it took effect", "paused")
	p.Type("o") // what is left is to read back; it asks anew
	p.Await("checked before every write", "weir run resume")
	p.Type("\r")
	p.Await("type the name")
	slowly(p, culprit)
	p.Type("\r")
	p.Await("done and verified")
	p.AwaitGone("1 unfinished")
	p.Type("1")
	p.Await("overview")
	p.Type("q")
	if told, code := box.told(t, "exit"), client.Wait(); told != 0 || code != 0 {
		t.Errorf("weir exits %d and ssh %d", told, code)
	}
	p.Restored()
	for at, is := range committedBy(t, box.brokers, culprit) {
		if is != moved[at] {
			t.Errorf("%s: committed %d, after settling %d", at, moved[at], is)
		}
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is still there: %v", pid, err)
	}
}

// planReset finds a group and plans to move it to the latest offsets.
func planReset(p *screentest.Terminal, group string) {
	p.Await(group, "stopped")
	p.Type("2")
	p.Await("groups", "1 of ")
	p.Type("/" + group + "\r")
	p.Await("filter " + group)
	p.Type("a")
	p.Await("what can be done to "+group, "offset-reset")
	for row := 2; !strings.Contains(p.Screen(), "> offset-reset"); row++ {
		p.Type("j")
		p.Await(fmt.Sprintf("%d of ", row))
	}
	p.Type("\r")
	p.Await("earliest", "latest", "weir plan offset-reset "+group)
	p.Type("\x1b[B ") // down, and choose
	p.Await("--to latest")
	p.Type("\r")
	p.Await("checked before every write", "Offset-reset of "+group, "skipped")
}
