package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"weir/internal/demo"
	"weir/internal/screentest"
)

// TestStoryOfAReset is a night at the console, on a real terminal and an embedded cluster: the culprit is found, its offsets
// are moved, the brokers say so, and then they are put back.
func TestStoryOfAReset(t *testing.T) {
	if testing.Short() {
		t.Skip("a group's state takes its time")
	}
	t.Parallel()
	c, err := demo.Start(context.Background(), demo.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	dir := t.TempDir()
	conf := fmt.Sprintf("[clusters.night]\nbrokers = [%q]\nenvironment = \"prod\"\n", c.Brokers()[0])
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	const culprit = "audit-archive"
	before := committedBy(t, c.Brokers(), culprit)

	weir, err := exec.LookPath("weir")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(weir, "--config", "config.toml", "--utc")
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "LANG=C.UTF-8", "TERM=xterm-256color", "XDG_STATE_HOME=" + filepath.Join(dir, "state")}
	p := screentest.New(t, screentest.Options{Width: 110, Height: 36})
	run := p.Start(cmd)

	p.Await(culprit, "stopped", "read-only")
	planReset(p, culprit)
	p.Type("\r")
	p.Await("to apply it, arm")
	p.Type(":")
	p.Type("arm 15m INC-4711\r")
	p.Await("ARMED 15 min")
	p.Type("\r")
	p.Await("type the name", "INC-4711")
	slowly(p, culprit)
	p.Type("\r")
	p.Await("done and verified", "read back")

	after := committedBy(t, c.Brokers(), culprit)
	for at, was := range before {
		if after[at] <= was {
			t.Errorf("%s: committed %d, after the reset %d", at, was, after[at])
		}
	}

	p.Type("z")
	p.Await("which undo run", "checked before every write")
	p.Type("\r")
	p.Await("type the name")
	slowly(p, culprit)
	p.Type("\r")
	p.Await("done and verified", "It undid run")
	for at, now := range committedBy(t, c.Brokers(), culprit) {
		if now != before[at] {
			t.Errorf("%s: committed %d, after the undo %d", at, before[at], now)
		}
	}

	p.Type("8")
	p.Await("2 runs in the log", "undone", "done, verified")
	p.Type("9")
	p.Await("audit log", "13 entries")
	p.Type("G")
	p.Await("> ", "weir.arm", "INC-4711")
	p.Type("V")
	p.Await("Every record and signature is whole")
	p.Type("q")
	if code := run.Wait(); code != 0 {
		t.Errorf("weir exits %d", code)
	}
	p.Restored()
}

// slowly types as a hand does; then it waits for the quiet.
func slowly(p *screentest.Terminal, text string) {
	byHand(p, text, 0)
	p.AwaitGone("not yet")
}

// aKey is how long a hand that is quick takes for a key: what comes much faster is refused as pasted.
const aKey = 20 * time.Millisecond

// byHand types a name from a letter on: a key, and the next once the screen shows it, no sooner than a hand could.
func byHand(p *screentest.Terminal, text string, from int) {
	for i := from; i < len(text); i++ {
		time.Sleep(aKey)
		p.Type(text[i : i+1])
		p.Await("type the name       " + text[:i+1])
	}
}

// committedBy is what a group has committed, as the brokers tell.
func committedBy(t *testing.T, brokers []string, group string) map[string]int64 {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	all, err := kadm.NewClient(cl).FetchOffsets(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	all.Each(func(o kadm.OffsetResponse) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		out[fmt.Sprintf("%s:%d", o.Topic, o.Partition)] = o.At
	})
	if len(out) == 0 {
		t.Fatalf("group %s has committed nothing", group)
	}
	return out
}
