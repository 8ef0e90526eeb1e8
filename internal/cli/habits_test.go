package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"weir/lag"
	"weir/lag/state"
	"weir/probes"
)

// sinking is a shell whose cluster has a sink that commits each minute.
func sinking(t *testing.T) *shell {
	s := newShell(t)
	s.env["XDG_STATE_HOME"] = t.TempDir()
	s.clusters["kafka-1:9092"] = func(context.Context, probes.Want) (*lag.Reading, error) {
		now := time.Now()
		at := []lag.ShardTime{{Sent: now, Answered: now}}
		end := now.Unix() - time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Unix() + 600
		return &lag.Reading{
			Topology: &lag.Topology{Cluster: "prod", ID: "abc", Nodes: []lag.Node{{ID: 1, Host: "kafka-1", Port: 9092}},
				Topics: []lag.Topic{{Name: "t", Partitions: []lag.PartitionIx{0}}}, Partitions: []lag.Partition{{}},
				Groups:    []lag.Group{{Name: "connect-sink", Type: lag.Classic, ProtocolType: "consumer", State: "Stable", StateAt: now, Epoch: -1, Positions: []lag.PositionIx{0}}},
				Positions: []lag.Position{{}}},
			Tick: now, Start: []int64{0}, End: []int64{end}, Stable: []int64{end}, Size: []int64{lag.Unknown}, Committed: []int64{end / 60 * 60},
			StartAt: at, EndAt: at, StableAt: at, CommittedAt: at, SizeAt: make([]lag.ShardTime, 1), Complete: true,
		}, nil
	}
	return s
}

func (s *shell) kept() string { return filepath.Join(s.env["XDG_STATE_HOME"], "weir", habitsName) }

// after runs a command so long after a full minute.
func (s *shell) after(d time.Duration, line string) int {
	time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute + d)))
	return s.run(strings.Fields(line)...)
}

// A sink that commits each minute can't be judged in half a minute, unless it is known from before that it does so.
func TestCheckGoesByHabitsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sinking(t)
		check := func(want int, stdout, stderr string) {
			t.Helper()
			if got := s.after(58*time.Second, "check -c prod"); got != want || !strings.Contains(s.stdout.String(), stdout) || !strings.Contains(s.stderr.String(), stderr) {
				t.Errorf("exit code %d, want %d\n%s%s", got, want, &s.stdout, &s.stderr)
			}
		}
		check(Unseen, "too few to know how long records usually wait here", "1 can't be judged")
		if _, err := os.Stat(s.kept()); err == nil {
			t.Error("a look of half a minute keeps what it can't have learned")
		}
		if got := s.after(0, "get groups -c prod --window 6m"); got != 0 {
			t.Fatalf("exit code %d: %s", got, &s.stderr)
		}
		written, err := os.ReadFile(s.kept())
		if err != nil || !strings.Contains(string(written), `"id":"abc"`) || !strings.Contains(string(written), `"group":"connect-sink"`) {
			t.Fatalf("%v: %s", err, written)
		}
		check(Done, "", "0 fail, 0 can't be judged")
		if again, _ := os.ReadFile(s.kept()); string(again) != string(written) {
			t.Errorf("a look that learned nothing has written\n%s", again)
		}

		for _, text := range []string{"{half of i", `{"schema":"weir.habits/v9"}`, ""} {
			if err := os.WriteFile(s.kept(), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			said := "learned anew"
			if text == "" {
				said = ""
			}
			check(Unseen, "too few to know", said)
			if n := strings.Count(s.stderr.String(), "learned anew"); n > 1 {
				t.Errorf("said %d times:\n%s", n, &s.stderr)
			}
			if now, _ := os.ReadFile(s.kept()); string(now) != text {
				t.Errorf("%q became %q", text, now)
			}
		}
		if err := os.WriteFile(s.kept(), []byte(`{"schema":"weir.habits/v9"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := s.after(0, "get groups -c prod --window 6m"); got != 0 || !strings.Contains(s.stderr.String(), "not remembered") {
			t.Errorf("exit code %d: %s", got, &s.stderr)
		}
		if now, _ := os.ReadFile(s.kept()); !strings.Contains(string(now), "v9") {
			t.Errorf("what a later weir wrote became %s", now)
		}
		if err := os.WriteFile(s.kept(), []byte(`{half of i`), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := s.after(0, "get groups -c prod --window 6m"); got != 0 {
			t.Errorf("exit code %d: %s", got, &s.stderr)
		}
		check(Done, "", "0 fail, 0 can't be judged")
	})
}

// Nothing is kept of the embedded cluster: each is a new one.
func TestNothingIsKeptOfTheEmbeddedCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sinking(t)
		if got := s.after(0, "get groups -c demo --window 6m"); got != 0 {
			t.Fatalf("exit code %d: %s", got, &s.stderr)
		}
		if _, err := os.Stat(s.kept()); err == nil {
			t.Error("it was")
		}
	})
}

// What could not be written once is written with the next that is learned, changed or not; then nothing is left to tell.
func TestHabitsThatCouldNotBeKeptAreKeptLater(t *testing.T) {
	var stderr strings.Builder
	dir := filepath.Join(t.TempDir(), "state")
	a := &app{Env: Env{Stderr: &stderr, Getenv: func(string) string { return dir }}}
	h := &habits{app: a, book: state.HabitBook{}}
	hs := []state.Habit{{Group: "g", Seen: time.Now(), Rhythm: time.Minute}}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // where the directory should be
		t.Fatal(err)
	}
	h.learned("abc", hs)
	if h.tell(); !strings.Contains(stderr.String(), "not remembered") {
		t.Errorf("said %q", &stderr)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	stderr.Reset()
	h.learned("abc", hs)
	h.tell()
	if book, err := h.read(); err != nil || len(book["abc"]) != 1 || stderr.Len() > 0 {
		t.Errorf("kept are %v, %v; said %q", book, err, &stderr)
	}
}
