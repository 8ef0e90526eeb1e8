package actions

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"weir/actions/audit"
)

// TestStopAtTheLastStep: when nothing is left there is nothing to stop, and what was done is verified.
func TestStopAtTheLastStep(t *testing.T) {
	for name, stop := range map[string]func(*testing.T, *Executor, context.CancelFunc, string){
		"interrupt": func(_ *testing.T, _ *Executor, cancel context.CancelFunc, _ string) { cancel() },
		"cancel":    func(t *testing.T, x *Executor, _ context.CancelFunc, run string) { must(t, x.Cancel(run)) },
		"pause":     func(t *testing.T, x *Executor, _ context.CancelFunc, run string) { must(t, x.Pause(run)) },
	} {
		t.Run(name, func(t *testing.T) {
			x, l, _ := bench(t)
			p, c := planned(t, x)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			verified := false
			l.verify = func() (Verdict, error) { verified = true; return Verdict{OK: true}, nil }
			x.Tell = func(e Event) {
				if e.Step.ID == "c" && e.State == OutcomeUnknown {
					stop(t, x, cancel, e.Run)
				}
			}
			rep, err := x.Apply(ctx, p, c)
			must(t, err)
			if rep.Status != StatusDone || rep.Done != 3 || !verified {
				t.Errorf("%+v, verified %v", rep, verified)
			}
			if names, ok := x.MaybeUnfinished(); len(names) > 0 || !ok {
				t.Errorf("noted as unfinished: %q", names)
			}
		})
	}
}

func TestPauseAndResume(t *testing.T) {
	x, l, _ := bench(t)
	p, c := planned(t, x)
	x.Tell = func(e Event) {
		if e.Step.ID == "a" && e.State == OutcomeApplied {
			must(t, x.Pause(e.Run))
		}
	}
	rep, err := x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrPartial)
	if rep.Status != StatusPaused || l.get("b") != "0" || l.closed.Load() != 1 {
		t.Fatalf("%+v, %v", rep, l.values)
	}
	info, _, err := x.Show(t.Context(), rep.Run)
	must(t, err)
	if info.Status != StatusPaused || info.Exit != int(ErrPartial) || !info.Unfinished() {
		t.Errorf("%+v", info)
	}
	other, oc := planned(t, x)
	_, err = x.Apply(t.Context(), other, oc)
	wantKind(t, err, ErrUnknown) // nobody else changes what is half done
	x.Tell = nil
	rep, err = x.Resume(t.Context(), rep.Run, c)
	must(t, err)
	if rep.Status != StatusDone || rep.Done != 3 || l.get("c") != "1" {
		t.Errorf("%+v, %v", rep, l.values)
	}
}

// A run that waits before its first step can be paused as well, and ends by word or goes on.
func TestPauseBeforeTheFirstStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, _ := bench(t)
		p, c := planned(t, x)
		l.next = func(int) error {
			return &Wait{For: "2 members", Again: time.Second, Left: time.Hour, Else: Fail(ErrGuard, "2 members", "")}
		}
		x.Tell = func(e Event) {
			if e.Wait != nil {
				must(t, x.Pause(e.Run))
			}
		}
		rep, err := x.Apply(t.Context(), p, c)
		wantKind(t, err, ErrStopped)
		open, err := x.Unfinished(t.Context())
		must(t, err)
		if len(open) != 1 || open[0].Status != StatusPaused || open[0].Run != rep.Run {
			t.Fatalf("%+v", open)
		}
		l.next, x.Tell = nil, nil
		_, err = x.Resume(t.Context(), rep.Run, c)
		must(t, err)
		if l.get("c") != "1" {
			t.Errorf("%v", l.values)
		}
	})
}

// TestNotesOfRuns: the notes beside the journal follow it, whoever lost or left one.
func TestNotesOfRuns(t *testing.T) {
	x, l, _ := bench(t)
	l.do = func(context.Context, Step, func()) (Done, error) { panic("cut off") }
	p, c := planned(t, x)
	rep, err := x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrDefect)
	must(t, os.RemoveAll(x.openDir()))
	if open, err := x.Unfinished(t.Context()); err != nil || len(open) != 1 {
		t.Errorf("without notes the journal tells: %+v, %v", open, err)
	}
	must(t, os.Mkdir(x.openDir(), 0o700))
	must(t, os.WriteFile(filepath.Join(x.openDir(), "r-never"), nil, 0o600))
	if open, err := x.Unfinished(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("a note of no run: %+v, %v", open, err)
	}
	p, c = planned(t, x)
	_, err = x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrUnknown)
	if names, ok := x.MaybeUnfinished(); !ok || len(names) != 1 || names[0] != rep.Run {
		t.Errorf("after the next run began the notes are %q", names)
	}
	must(t, x.Dismiss(t.Context(), rep.Run, "seen to"))
	if names, _ := x.MaybeUnfinished(); len(names) != 0 {
		t.Errorf("a run that was ended is still noted: %q", names)
	}
}

// TestUndoOfAnUndo: what was undone and then done again isn't undone.
func TestUndoOfAnUndo(t *testing.T) {
	x, _, _ := bench(t)
	p, c := planned(t, x)
	rep, err := x.Apply(t.Context(), p, c)
	must(t, err)
	runs := []string{rep.Run}
	for range 2 {
		req, err := x.Undo(t.Context(), runs[len(runs)-1])
		must(t, err)
		p, err := x.Registry.Plan(t.Context(), req)
		must(t, err)
		rep, err := x.Apply(t.Context(), p, Consent{Digest: p.Digest})
		must(t, err)
		runs = append(runs, rep.Run)
	}
	all, err := x.Runs(t.Context())
	must(t, err)
	for i, want := range []Status{StatusDone, StatusUndone, StatusDone} {
		info, _, err := x.Show(t.Context(), runs[i])
		must(t, err)
		if info.Status != want || all[i].Status != want || info.UndoneBy != all[i].UndoneBy {
			t.Errorf("run %d is shown as %s by %q, listed as %s by %q, want %s", i, info.Status, info.UndoneBy, all[i].Status, all[i].UndoneBy, want)
		}
	}
	if _, err = x.Undo(t.Context(), runs[0]); err != nil {
		t.Errorf("what is done again can be undone again: %v", err)
	}
}

// TestFollow watches a run from another executor, as from another terminal, to its end.
func TestFollow(t *testing.T) {
	x, l, log := bench(t)
	watcher := &Executor{Log: log, Registry: x.Registry, Dir: x.Dir}
	began, inside, release := make(chan string, 1), make(chan struct{}), make(chan struct{})
	x.Tell = func(e Event) {
		if e.What == "" && e.Step.ID == "" {
			began <- e.Run
		}
	}
	l.do = func(_ context.Context, s Step, set func()) (Done, error) {
		if s.ID == "b" {
			close(inside)
			<-release
		}
		set()
		return Done{Outcome: OutcomeApplied, Note: "set"}, nil
	}
	p, c := planned(t, x)
	ended := make(chan error, 1)
	go func() { _, err := x.Apply(t.Context(), p, c); ended <- err }()
	run := <-began
	<-inside
	var got []string
	info, err := watcher.Follow(t.Context(), run, func(e Event) {
		got = append(got, e.Step.ID+" "+e.What+" "+string(e.State))
		if e.Step.ID == "b" && e.State == OutcomeUnknown {
			close(release)
		}
	})
	must(t, err)
	must(t, <-ended)
	want := []string{"a set a ", "a set applied", "b set b ", "b set applied", "c set c ", "c set applied"}
	if len(got) != len(want) || info.Status != StatusDone || info.Exit != 0 {
		t.Fatalf("%q, %+v", got, info)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("event %d is %q, want %q", i, got[i], want[i])
		}
	}
	_, err = watcher.Follow(t.Context(), "r-none", func(Event) {})
	wantKind(t, err, ErrUnseen)
}

// TestFollowTellsTheWaitAndLeaves: what a run waits for is told elsewhere too, and who leaves doesn't stop it.
func TestFollowTellsTheWaitAndLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, log := bench(t)
		var free atomic.Bool
		l.next = func(int) error {
			if !free.Load() {
				return &Wait{For: "2 members", Again: time.Second, Left: time.Hour, Else: Fail(ErrGuard, "", "")}
			}
			return nil
		}
		began := make(chan string, 1)
		x.Tell = func(e Event) {
			if e.What == "" && e.Step.ID == "" {
				began <- e.Run
			}
		}
		p, c := planned(t, x)
		ended := make(chan error, 1)
		go func() { _, err := x.Apply(t.Context(), p, c); ended <- err }()
		ctx, leave := context.WithCancel(t.Context())
		watcher := &Executor{Log: log, Registry: x.Registry, Dir: x.Dir}
		heard := 0
		run := <-began
		_, err := watcher.Follow(ctx, run, func(e Event) {
			if e.Wait != nil && e.What == "2 members" {
				heard++
				leave()
			}
		})
		if !errors.Is(err, context.Canceled) || heard != 1 {
			t.Errorf("%v, heard of the wait %d times", err, heard)
		}
		free.Store(true)
		must(t, <-ended)
		if x.waitsFor(run) != "" {
			t.Error("it is said to wait still")
		}
	})
}

// TestFollowOfARunThatWasCutOff ends, and says that a step is in doubt.
func TestFollowOfARunThatWasCutOff(t *testing.T) {
	x, _, log := bench(t)
	p, c := planned(t, x)
	x.Log = &failing{log, 2}
	rep, err := x.Apply(t.Context(), p, c)
	wantKind(t, err, ErrAudit)
	info, err := x.Follow(t.Context(), rep.Run, func(Event) {})
	must(t, err)
	if info.Status != StatusUnknown || info.Exit != int(ErrUnknown) {
		t.Errorf("%+v", info)
	}
}

// BenchmarkStart is what a start of weir and run show ask of a journal of 100,000 entries.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	log, err := audit.Open(b.Context(), audit.Options{Dir: dir + "/audit"})
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	x := &Executor{Log: log, Registry: NewRegistry(), Dir: dir}
	fill(b, log, 100_000)
	if err := x.remark(nil); err != nil && !errors.Is(err, os.ErrNotExist) {
		b.Fatal(err)
	}
	if err := os.MkdirAll(x.openDir(), 0o700); err != nil {
		b.Fatal(err)
	}
	reader := &Executor{Log: readerOf{audit.NewReader(dir + "/audit")}, Dir: dir}
	b.Run("unfinished", func(b *testing.B) {
		for b.Loop() {
			if _, err := reader.Unfinished(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open", func(b *testing.B) { // of an executor, before it applies
		for b.Loop() {
			if _, err := log.Unfinished(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("show", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := reader.Show(b.Context(), "r-50"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			if _, err := reader.Runs(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

type readerOf struct{ *audit.Reader }

func (readerOf) Append(context.Context, audit.Entry) (audit.Receipt, error) {
	return audit.Receipt{}, errDisk
}

// fill writes n entries of runs that ended, four each.
func fill(b *testing.B, log *audit.Log, n int) {
	b.Helper()
	for i := range n / 4 {
		w := &work{id: "r-" + strconv.Itoa(i), plan: Plan{Kind: ledgerKind, Digest: "d"}}
		for _, s := range []struct {
			stage audit.Stage
			step  string
			o     audit.Outcome
			data  any
		}{
			{audit.StageProgress, consentStep, "", opening{Target: "c/topic/t", Undo: "full"}},
			{audit.StageIntent, "a", "", Intent{Title: "set a", Target: "c/topic/t", Of: 1}},
			{audit.StageResult, "a", audit.OutcomeOK, result{Outcome: OutcomeApplied}},
			{audit.StageVerdict, "", audit.OutcomeOK, ending{Status: StatusDone, Done: 1}},
		} {
			e, err := w.entry(s.stage, s.step, s.o, s.data)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := log.Append(b.Context(), e); err != nil {
				b.Fatal(err)
			}
		}
	}
}
