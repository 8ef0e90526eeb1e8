package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"weir/internal/demo"
	"weir/internal/screentest"
)

// watched opens the console on a cluster that is looked at every 2 s, on a terminal of its own.
func watched(t *testing.T, brokers string) (*screentest.Terminal, *screentest.Program) {
	t.Helper()
	weir, err := exec.LookPath("weir")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	conf := fmt.Sprintf("[clusters.mortal]\nbrokers = [\"%s\"]\nrefresh = \"2s\"\ntimeout = \"3s\"\n", strings.ReplaceAll(brokers, ",", `", "`))
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(weir, "--config", "config.toml", "--utc")
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "LANG=C.UTF-8", "TERM=xterm-256color", "XDG_STATE_HOME=" + dir + "/state", "TMPDIR=" + dir}
	p := screentest.New(t, screentest.Options{Width: 130, Height: 40})
	return p, p.Start(cmd)
}

// row is the first row of the screen that holds a text; "" without one.
func row(screen, text string) string {
	for l := range strings.SplitSeq(screen, "\n") {
		if strings.Contains(l, text) {
			return l
		}
	}
	return ""
}

// old reports whether nothing on the screen speaks of now: the header says how long nothing was read, the sentence says
// so, and the numbers of a group are marked as old.
func old(screen, group string) bool {
	head, _, _ := strings.Cut(screen, "\n")
	return strings.Contains(head, "NO ANSWER") && !strings.Contains(head, " live") &&
		strings.Contains(screen, "does not answer since") && strings.Contains(row(screen, " "+group+" "), "~")
}

// TestStoryOfAClusterThatDies: while one looks at it the whole cluster goes, as if its power was cut, and comes back
// under its address. The screen says what it doesn't know any more, shows nothing old as if it were of now, answers every
// key meanwhile, and recovers by itself.
func TestStoryOfAClusterThatDies(t *testing.T) {
	if testing.Short() {
		t.Skip("a cluster is started twice")
	}
	t.Parallel()
	c, err := demo.Start(context.Background(), demo.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	died := false
	t.Cleanup(func() {
		if !died {
			c.Close()
		}
	})
	at := c.Brokers()[0]
	p, run := watched(t, at)
	p.AwaitThat("live data", func(s string) bool {
		return strings.Contains(s, " live") && strings.Contains(s, "orders-billing") && strings.Contains(s, "worst groups") && !strings.Contains(row(s, " orders-billing "), "~")
	})

	c.Close()
	died = true
	p.AwaitThat("that nothing is known any more", func(s string) bool { return old(s, "orders-billing") })
	// Keys are answered as ever, and no view takes what is old for new.
	p.Type("2")
	p.AwaitThat("groups, all of them old", func(s string) bool {
		return strings.Contains(s, "▸ groups") && strings.Contains(s, "NO ANSWER") && strings.Contains(row(s, " orders-billing "), "~")
	})
	p.Type("/orders-billing\r")
	p.Await("filter orders-billing")
	p.Type("\r")
	p.Await("▸ groups ▸ orders-billing", "NO ANSWER", "~ as of ")
	p.Type("4")
	p.Await("▸ brokers", "do not answer", "silent ")
	p.Type("1")

	again, err := demo.Start(context.Background(), demo.Options{Seed: 1, Listen: at})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.Close)
	p.AwaitThat("live data again", func(s string) bool {
		return strings.Contains(s, " live") && strings.Contains(s, "3 up") && !strings.Contains(s, "answer since") && strings.Contains(s, " orders-billing ") &&
			!strings.Contains(row(s, " orders-billing "), "~")
	})
	p.Type("q")
	if code := run.Wait(); code != 0 {
		t.Errorf("weir exits %d", code)
	}
	p.Restored()
}
