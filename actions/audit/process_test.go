package audit

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// appender is the life of a process of TestProcesses: AUDIT_TEST_APPENDER
// names it, AUDIT_TEST_COUNT says how many entries it appends.
func appender() int {
	n, err := strconv.Atoi(os.Getenv("AUDIT_TEST_COUNT"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	o := Options{Dir: os.Getenv("AUDIT_TEST_DIR"), Who: Identify("User:test"), SegmentBytes: 8 << 10}
	l, err := Open(context.Background(), o)
	tag, tell := os.Getenv("AUDIT_TEST_APPENDER"), os.Getenv("AUDIT_TEST_TELL") != ""
	for i := 0; err == nil && i < n; i++ {
		step := fmt.Sprint(i)
		if tell {
			step = tag + "/" + step
		}
		_, err = l.Append(context.Background(), intent(tag, step))
		if err == nil && tell {
			fmt.Println(step) // acknowledged
		}
	}
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Several processes, the first of them making the key, give one chain in which
// each one's entries stand in its order.
func TestProcesses(t *testing.T) {
	const procs, each = 4, 15
	dir := t.TempDir()
	var cmds []*exec.Cmd
	for i := range procs {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("AUDIT_TEST_APPENDER=run-%d", i),
			fmt.Sprintf("AUDIT_TEST_COUNT=%d", each), "AUDIT_TEST_DIR="+dir)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, cmd)
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if rep := mustVerify(t, dir); !rep.OK() || rep.Size != procs*each {
		t.Fatalf("%+v", rep)
	}
	next := map[string]int{}
	for _, e := range allEntries(t, NewReader(dir)) {
		if e.Step != fmt.Sprint(next[e.Run]) {
			t.Errorf("%s: step %s, want %d", e.Run, e.Step, next[e.Run])
		}
		next[e.Run]++
	}
	if len(next) != procs {
		t.Errorf("runs %v", next)
	}
}
