package realkafka

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

func TestFailedStartTellsTheLog(t *testing.T) {
	Need(t)
	f := &fakeTB{TB: t}
	f.run(func() { Start(f, Options{Props: map[string]string{"num.io.threads": "0"}}) })
	if f.skipped || !strings.Contains(f.failure, "node 1 ended while it started") || !strings.Contains(f.failure, "num.io.threads") {
		t.Errorf("skipped %v, said %q", f.skipped, f.failure)
	}
}

const helperEnv = "WEIR_REALKAFKA_HELPER"

func TestClusterEndsWithItsTest(t *testing.T) {
	before := goleak.IgnoreCurrent()
	var c *Cluster
	t.Run("inner", func(t *testing.T) {
		c = Start(t, Options{})
		topic := Name("orders")
		c.CreateTopic(t, topic, 1, 1, nil)
		c.Produce(t, topic, 0, 1)
		c.JoinClassic(t, Name("billing"), []string{topic})
	})
	if c == nil {
		t.Skip("no real Kafka here")
	}
	if c.nodes[0].alive() {
		t.Error("the node outlived its test")
	}
	if meta, err := os.ReadFile(filepath.Join(c.nodes[0].data(), metaName)); err == nil && strings.Contains(string(meta), c.ID()) {
		t.Error("the node's folder is still there")
	}
	goleak.VerifyNone(t, before)
}

// TestHelper is run by TestKilledBinaryLeavesNothing in a process of its own.
func TestHelper(t *testing.T) {
	if os.Getenv(helperEnv) == "" {
		return
	}
	c := Start(t, Options{})
	fmt.Println("\nbroker", c.Addr(1), c.slot.dir)
	os.Stdin.Read(make([]byte, 1)) // until killed
}

func TestKilledBinaryLeavesNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ends children with their parent")
	}
	Need(t)
	addr, dir, kill := helper(t)
	if err := accepts(context.Background(), addr); err != nil {
		t.Fatalf("the helper's broker: %v", err)
	}
	if lock, err := tryLock(dir + ".lock"); lock != nil || err != nil {
		t.Errorf("the helper does not hold its place: %v", err)
	}
	kill()
	err := until(soon(t), "the broker's end", func(ctx context.Context) error {
		if accepts(ctx, addr) == nil {
			return errors.New("it still accepts")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// helper runs TestHelper and answers with its broker's address, its slot and how to kill it.
func helper(t *testing.T) (addr, dir string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHelper$", "-test.v")
	cmd.Env = append(os.Environ(), helperEnv+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		cmd.Process.Kill()
		cmd.Wait()
	}
	t.Cleanup(kill)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "broker %s %s", &addr, &dir); err == nil {
			return addr, dir, kill
		}
	}
	t.Fatal("the helper started no broker")
	return "", "", nil
}
