package audit

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func settle(run, step string, o Outcome) Entry {
	return Entry{Run: run, Stage: StageSettle, Kind: "k", Step: step, Outcome: o}
}

func TestUnfinished(t *testing.T) {
	progress := Entry{Run: "r", Stage: StageProgress, Kind: "k", Step: "1"}
	for name, c := range map[string]struct {
		es      []Entry
		pending string // steps; "-" for a run that is closed
	}{
		"intent only":             {[]Entry{intent("r", "1")}, "1"},
		"intent and progress":     {[]Entry{intent("r", "1"), progress}, "1"},
		"between steps":           {[]Entry{intent("r", "1"), result("r", "1", OutcomeOK)}, ""},
		"second step":             {[]Entry{intent("r", "1"), result("r", "1", OutcomeOK), intent("r", "2")}, "2"},
		"step tried again":        {[]Entry{intent("r", "1"), intent("r", "1")}, "1"},
		"failed step":             {[]Entry{intent("r", "1"), result("r", "1", OutcomeFailed)}, ""},
		"reply lost":              {[]Entry{intent("r", "1"), result("r", "1", OutcomeUnknown)}, "1"},
		"reply lost, settled":     {[]Entry{intent("r", "1"), result("r", "1", OutcomeUnknown), settle("r", "1", OutcomeOK)}, ""},
		"settled as unknown":      {[]Entry{intent("r", "1"), settle("r", "1", OutcomeUnknown)}, "1"},
		"settled, then gone on":   {[]Entry{intent("r", "1"), settle("r", "1", OutcomeOK), intent("r", "2")}, "2"},
		"verdict":                 {[]Entry{intent("r", "1"), result("r", "1", OutcomeOK), verdict("r", OutcomeOK)}, "-"},
		"verdict failed":          {[]Entry{intent("r", "1"), result("r", "1", OutcomeFailed), verdict("r", OutcomeFailed)}, "-"},
		"verdict unknown":         {[]Entry{intent("r", "1"), result("r", "1", OutcomeUnknown), verdict("r", OutcomeUnknown)}, "1"},
		"run settled":             {[]Entry{intent("r", "1"), settle("r", "", OutcomeOK)}, "-"},
		"opened again":            {[]Entry{intent("r", "1"), settle("r", "", OutcomeOK), intent("r", "2")}, "2"},
		"no intent, as an arming": {[]Entry{result("r", "1", OutcomeOK)}, "-"},
	} {
		dir := t.TempDir()
		mustAppend(t, mustOpen(t, testOptions(dir)), c.es...)
		runs, err := NewReader(dir).Unfinished(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if c.pending == "-" {
			if len(runs) != 0 {
				t.Errorf("%s: %+v", name, runs)
			}
			continue
		}
		if len(runs) != 1 {
			t.Errorf("%s: %d runs", name, len(runs))
			continue
		}
		var steps []string
		for _, p := range runs[0].Pending {
			steps = append(steps, p.Step)
		}
		if got := strings.Join(steps, ","); got != c.pending || runs[0].InDoubt() != (c.pending != "") {
			t.Errorf("%s: pending %q, in doubt %v", name, got, runs[0].InDoubt())
		}
		if r := runs[0]; r.Kind != "kafka.offset-reset" || r.PlanDigest != "d1g" || r.Last.Seq != int64(len(c.es)) && name != "opened again" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A run whose last entry for a step is an intent is always listed, in doubt,
// whatever came before, unless the run was closed after it.
func TestIntentIsNeverForgotten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := journal{}
		last := map[string]map[string]bool{} // run → step → intent without a known result
		for i := range rapid.IntRange(1, 40).Draw(t, "n") {
			run, step := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "run"), rapid.SampledFrom([]string{"1", "2"}).Draw(t, "step")
			o := rapid.SampledFrom([]Outcome{OutcomeOK, OutcomeFailed, OutcomeUnknown}).Draw(t, "outcome")
			if last[run] == nil {
				last[run] = map[string]bool{}
			}
			var e Entry
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				e = intent(run, step)
				last[run][step] = true
			case 1:
				e = result(run, step, o)
				last[run][step] = last[run][step] && o == OutcomeUnknown
			case 2:
				e = verdict(run, o)
				if o != OutcomeUnknown {
					last[run] = map[string]bool{}
				}
			case 3:
				e = Entry{Run: run, Stage: StageProgress, Kind: "k", Step: step}
			}
			e.Seq = int64(i + 1)
			line, err := e.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			if err := j.take(record{bytes: line}); err != nil {
				t.Fatal(err)
			}
		}
		got := map[string]map[string]bool{"a": {}, "b": {}}
		runs, err := j.open()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range runs {
			for _, p := range r.Pending {
				got[r.Run][p.Step] = true
			}
		}
		for run, steps := range last {
			for step, want := range steps {
				if got[run][step] != want {
					t.Fatalf("run %s step %s: in doubt %v, want %v", run, step, got[run][step], want)
				}
			}
		}
	})
}

// What a value holds can't be taken for the head of the entry.
func TestHead(t *testing.T) {
	e := intent(`r,"claimed":{}`, `s"}`)
	e.Data = []byte(`{"stage":"verdict","run":"other","claimed":{}}`)
	line, err := e.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if h, err := readHead(line); err != nil || h.Run != e.Run || h.Step != e.Step || h.Stage != StageIntent {
		t.Errorf("%+v, %v", h, err)
	}
	other := []byte(`{"claimed":{},"run":"x","stage":"result"}`) // another order of keys
	if h, err := readHead(other); err != nil || h.Run != "x" || h.Stage != StageResult {
		t.Errorf("%+v, %v", h, err)
	}
	if _, err := readHead([]byte(`{"seq":`)); err == nil {
		t.Error("half a line passed")
	}
}
