package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// served keeps an embedded cluster up with weir demo --serve for the length of the script: $SERVED is its address. The
// script gets a state directory of its own.
func served(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: served SCENARIO")
	}
	ts.Setenv("XDG_STATE_HOME", ts.MkAbs("state"))
	cmd := exec.Command(os.Args[0], "demo", args[0], "--serve", "--listen", "127.0.0.1:0", "-q")
	cmd.Args[0] = "weir"
	cmd.Env = []string{"HOME=" + ts.Getenv("HOME"), "LANG=C.UTF-8"}
	var said bytes.Buffer
	cmd.Stderr = &said
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // it ends with the code of the signal
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		_ = cmd.Wait() // nothing of it is left that could write
		ts.Fatalf("the embedded cluster does not start: %v\n%s", err, &said)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(line), ",")
	ts.Setenv("SERVED", first)
	ts.Setenv("SERVEDALL", strings.TrimSpace(line))
}

// digest puts the digest of a plan file into a variable.
func digest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: digest FILE NAME")
	}
	var plan struct{ Items []struct{ Digest string } }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &plan))
	ts.Setenv(args[1], plan.Items[0].Digest)
}

// newestRun puts the newest run of the script's journal into a variable.
func newestRun(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: newestrun NAME")
	}
	plans, err := filepath.Glob(ts.MkAbs("state/weir/runs/*/plan.json"))
	ts.Check(err)
	var newest time.Time // names tell runs of one second not apart
	for _, p := range plans {
		info, err := os.Stat(p)
		ts.Check(err)
		if info.ModTime().After(newest) {
			newest = info.ModTime()
			ts.Setenv(args[0], filepath.Base(filepath.Dir(p)))
		}
	}
	if newest.IsZero() {
		ts.Fatalf("there is no run")
	}
}
