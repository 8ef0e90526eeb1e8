package store

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// A process of these tests is this binary again, told by the environment to append marks instead of testing.
const childDir, childName, childMarks = "STORE_TEST_DIR", "STORE_TEST_NAME", "STORE_TEST_MARKS"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir, os.Getenv(childName), os.Getenv(childMarks)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// child appends numbered marks and says the number of each that is kept.
func child(dir, name, marks string) error {
	n, err := strconv.Atoi(marks)
	if err != nil {
		return err
	}
	s, err := Open(dir)
	if err != nil {
		return err
	}
	s.wait = time.Minute // the machine may be busy
	for i := range n {
		if err := s.AppendMark(Mark{At: at, Text: strconv.Itoa(i) + strings.Repeat("\n", 500), By: name}); err != nil {
			return err
		}
		fmt.Println(i)
	}
	return nil
}

func startChild(t *testing.T, dir, name string, marks int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childName+"="+name, childMarks+"="+strconv.Itoa(marks))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// TestProcessesAppendTogether has several processes append to one file, which doesn't exist yet, while another reads it.
func TestProcessesAppendTogether(t *testing.T) {
	const processes, marks = 4, 40
	dir := filepath.Join(t.TempDir(), "weir")
	s := open(t, dir)
	s.wait = time.Minute
	var readers sync.WaitGroup
	for p := range processes {
		cmd, lines := startChild(t, dir, strconv.Itoa(p), marks)
		readers.Go(func() {
			for lines.Scan() { // of each mark that is kept, at once
				if found, err := s.Marks(time.Time{}); err != nil || found.Skipped > 0 || len(found.Marks) == 0 {
					t.Errorf("while others append: %d marks, %d skipped, %v", len(found.Marks), found.Skipped, err)
				}
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	readers.Wait()
	found, err := s.Marks(time.Time{})
	if err != nil || found.Skipped > 0 || found.Unread > 0 || len(found.Marks) != processes*marks {
		t.Fatalf("%d marks, %d skipped, %d unread, %v", len(found.Marks), found.Skipped, found.Unread, err)
	}
	next := map[string]int{} // marks of one time stay in the order in which they were written
	for _, m := range found.Marks {
		if got := strings.TrimSpace(m.Text); got != strconv.Itoa(next[m.By]) {
			t.Fatalf("process %s: mark %s, want %d", m.By, got, next[m.By])
		}
		next[m.By]++
	}
}

// TestKilledProcessLosesNothing kills a process that appends, and looks for every mark that it said was kept.
func TestKilledProcessLosesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "weir")
	s := open(t, dir)
	cmd, lines := startChild(t, dir, "killed", 1_000_000)
	said := -1
	for said < 20 && lines.Scan() {
		said++
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		said++
	}
	if exit, ok := errors.AsType[*exec.ExitError](cmd.Wait()); !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("it wasn't killed: %v", exit)
	}
	after := Mark{At: at.Add(time.Hour), Text: "after"}
	appendMarks(t, s, after) // the lock went with the process
	found, err := s.Marks(time.Time{})
	if err != nil || said < 20 || len(found.Marks) < said+2 || found.Marks[len(found.Marks)-1].Text != "after" {
		t.Fatalf("%d marks of %d and one, %d skipped, %v", len(found.Marks), said+1, found.Skipped, err)
	}
	for i, m := range found.Marks[:said+1] {
		if strings.TrimSpace(m.Text) != strconv.Itoa(i) {
			t.Fatalf("mark %d is %q", i, m.Text)
		}
	}
}
