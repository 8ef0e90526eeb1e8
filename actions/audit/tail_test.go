package audit

import (
	"context"
	"errors"
	"os"
	"testing"
)

func TestTailGivesEachEntryOnce(t *testing.T) {
	dir := t.TempDir()
	tail := NewReader(dir).Tail(Filter{Run: "r"})
	next := func(want int) {
		t.Helper()
		es, err := tail.Next(t.Context())
		if err != nil || len(es) != want {
			t.Fatalf("%d entries, want %d, %v", len(es), want, err)
		}
	}
	next(0)
	o := testOptions(dir)
	o.SegmentBytes = 2000 // a new one every few entries
	l := mustOpen(t, o)
	next(0)
	mustAppend(t, l, intent("r", "1"), intent("other", "1"))
	next(1)
	next(0)
	for range 20 {
		mustAppend(t, l, intent("other", "2"), result("r", "1", OutcomeOK))
	}
	next(20)
	if len(segmentPaths(t, dir)) < 3 {
		t.Fatal("the log never went on to another segment")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	mustAppend(t, l, verdict("r", OutcomeOK))
	if _, err := tail.Next(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("a tail that nobody waits for: %v", err)
	}
	next(1)
}

func TestTailSeesALogThatWasCut(t *testing.T) {
	dir := t.TempDir()
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("r", "1"), result("r", "1", OutcomeOK))
	tail := NewReader(dir).Tail(Filter{})
	if es, err := tail.Next(t.Context()); err != nil || len(es) != 2 {
		t.Fatal(es, err)
	}
	if err := os.Truncate(segmentPaths(t, dir)[0], 100); err != nil {
		t.Fatal(err)
	}
	if _, err := tail.Next(t.Context()); !errors.Is(err, ErrBroken) {
		t.Errorf("got %v, want that the log is broken", err)
	}
}

func TestMentions(t *testing.T) {
	dir := t.TempDir()
	undo := intent("r-2", "1")
	undo.Data = []byte(`{"undoes":"r-1"}`)
	mustAppend(t, mustOpen(t, testOptions(dir)), intent("r-1", "1"), intent("r-3", "1"), undo)
	var got []string
	for e, err := range NewReader(dir).Entries(t.Context(), Filter{Mentions: "r-1"}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Run)
	}
	if len(got) != 2 || got[0] != "r-1" || got[1] != "r-2" {
		t.Errorf("got %q", got)
	}
}

// What a Log knows of unfinished runs is what reading all of it tells, also of what another process appended.
func TestUnfinishedOfALogIsThatOfItsReader(t *testing.T) {
	dir := t.TempDir()
	a := mustOpen(t, testOptions(dir))
	mustAppend(t, a, intent("r", "1"), intent("done", "1"), verdict("done", OutcomeOK))
	b := mustOpen(t, testOptions(dir))
	mustAppend(t, a, intent("late", "1"), result("r", "1", OutcomeOK), Entry{Run: "p", Stage: StageProgress, Kind: "k", Step: PauseStep})
	mustAppend(t, b, intent("mine", "1"))
	want, err := NewReader(dir).Unfinished(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(want) != 4 {
		t.Fatalf("%d runs, want r, late, p, mine", len(want))
	}
	for _, l := range []*Log{a, b} {
		got, err := l.Unfinished(t.Context())
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d runs, %v", len(got), err)
		}
		for i := range want {
			if got[i].Run != want[i].Run || got[i].First.Seq != want[i].First.Seq || got[i].Last.Seq != want[i].Last.Seq || len(got[i].Pending) != len(want[i].Pending) {
				t.Errorf("%+v, want %+v", got[i], want[i])
			}
		}
	}
}
