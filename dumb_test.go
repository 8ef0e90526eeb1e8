package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"testing"

	"weir/internal/screentest"
)

// TestDumbTerminal: a terminal that knows nothing but lines is sent the groups as lines, and not one control sequence.
func TestDumbTerminal(t *testing.T) {
	t.Parallel()
	weir, err := exec.LookPath("weir")
	if err != nil {
		t.Fatal(err)
	}
	for _, term := range []string{"TERM=dumb", "TERM="} {
		dir := t.TempDir()
		cmd := exec.Command(weir, "demo", "--utc")
		cmd.Dir = dir
		cmd.Env = []string{"HOME=" + dir, "LANG=C.UTF-8", term, "XDG_STATE_HOME=" + dir + "/state", "TMPDIR=" + dir}
		var said bytes.Buffer
		cmd.Stderr = &said
		p := screentest.New(t, screentest.Options{Width: 100, Height: 40})
		run := p.Start(cmd)
		if code := run.Wait(); code != 0 {
			t.Errorf("%s: weir exits %d, and says %s", term, code, said.String())
		}
		p.Await("GROUP", "LAG", "orders-billing")
		p.Drain()
		if raw, _ := p.Written(); bytes.ContainsRune(raw, '\x1b') {
			t.Errorf("%s: a control sequence: %q", term, raw)
		}
		if !regexp.MustCompile(`^weir: a terminal with TERM(=dumb| not set) can't show the console; in its place, weir get groups of demo:[a-z]+ \(weir check tells their states\):\n$`).Match(said.Bytes()) {
			t.Errorf("%s: said %q", term, said.String())
		}
	}
}
