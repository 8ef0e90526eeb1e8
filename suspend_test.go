package main

import (
	"os/exec"
	"testing"

	"weir/internal/screentest"
)

// TestSuspend: ctrl+z gives the terminal to the shell, and fg brings the console back as it was. Where no shell waits, as behind
// `ssh -t host weir`, it says so and goes on: nobody could ever wake it.
func TestSuspend(t *testing.T) {
	t.Parallel()
	weir, err := exec.LookPath("weir")
	if err != nil {
		t.Fatal(err)
	}
	start := func(args ...string) (*screentest.Terminal, *screentest.Program) {
		dir := t.TempDir()
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		cmd.Env = []string{"HOME=" + dir, "LANG=C.UTF-8", "TERM=xterm-256color", "XDG_STATE_HOME=" + dir + "/state", "TMPDIR=" + dir, "PS1=ready> ", "ENV="}
		p := screentest.New(t, screentest.Options{Width: 100, Height: 30})
		return p, p.Start(cmd)
	}

	p, run := start(weir, "demo", "--utc")
	p.Await("overview", "brokers fine")
	p.Type("\x1a")
	p.Await("no shell waits for this terminal")
	p.Type("4")
	p.Await("▸ brokers", "controller")
	p.Type("q")
	p.Type("q")
	if code := run.Wait(); code != 0 {
		t.Errorf("weir exits %d", code)
	}

	p, run = start("sh", "-i")
	p.Await("ready>")
	p.Type(weir + " demo --utc\r")
	p.Await("overview", "brokers fine")
	p.Type("4")
	p.Await("▸ brokers")
	p.Type("\x1a")
	p.Await("Stopped", "ready>")
	p.Type("fg\r")
	p.Await("▸ brokers", "controller")
	p.Type("1")
	p.Await("▸ overview")
	p.Type("q")
	p.Await("ready>")
	p.Type("exit\r")
	if code := run.Wait(); code != 0 {
		t.Errorf("the shell exits %d", code)
	}
}
