package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"weir/actions"
	"weir/actions/audit"
	"weir/lag"
)

var payments = lag.Ref{Cluster: "prod", Kind: lag.KindGroup, Name: "payments"}

// fixed are the tables whose rows don't come from a sweep of clusters.
var fixed = map[string]bool{"check": true, "event": true, "explanation": true, "change": true, "action": true, "run": true, "audit": true, "record": true}

func aPlan() actions.Plan {
	n := int64(12)
	p := actions.Plan{
		ID: "p-1", Kind: "kafka.offset-reset", ClusterID: "abc", Target: payments, Effect: actions.Mutate, Tier: actions.T2,
		Params: map[string]string{"to": "earliest"}, Facts: map[string]string{"group_type": "classic"},
		Changes: []actions.Change{
			{Ref: "prod/position/payments/orders:0", Field: "committed", Before: json.RawMessage("12"), After: json.RawMessage("0"), Note: "log start", Data: json.RawMessage(`{"a":"\u0085"}`)},
			{Ref: "prod/position/payments/orders:1", Field: "committed", After: json.RawMessage(`"x\u202ey"`), Note: "never committed"},
		},
		Commands: []actions.Command{{Step: "stop", Argv: []string{"kubectl", "scale"}, Timeout: 60}},
		Guards:   []actions.Guard{{Name: "group_empty", Want: "no members", Now: "Empty", OK: true}}, Warnings: []string{"read again"},
		Undo: actions.UndoFull, Totals: actions.Totals{Items: 2, Reread: &n}, Locks: []string{"group/payments"},
		MadeAt: night, Expires: night.Add(actions.DefaultExpiry),
	}
	digest, err := p.ComputeDigest()
	if err != nil {
		panic(err)
	}
	p.Digest = digest
	return p
}

func offered() []Offered {
	spec := actions.Spec{Kind: "kafka.offset-reset", Verb: "offset-reset", Effect: actions.Mutate, Tier: actions.T2, Target: "GROUP", Summary: "move offsets"}
	return []Offered{{Spec: spec}, {Spec: spec, Ref: &payments, Offer: actions.Offer{Possible: true, Why: "no members"}}, {Spec: spec, Ref: &payments, Offer: actions.Offer{Why: "2 members live"}}}
}

func someRuns() []actions.RunInfo {
	two := 2
	return []actions.RunInfo{
		{Run: "r-1", PlanDigest: "d", Kind: "kafka.offset-reset", Target: payments.String(), By: "ana", Reason: "late", StartedAt: night,
			EndedAt: night.Add(time.Second), Status: actions.StatusUndone, Done: 2, Total: &two, Undo: actions.UndoFull, UndoneBy: "r-2"},
		{Run: "r-2", PlanDigest: "e", Kind: "kafka.offset-reset", Target: payments.String(), By: "ana", StartedAt: night,
			Status: actions.StatusUnknown, Undoes: "r-1", Pending: []string{"commit-1", "commit-2"}, Error: "cut off"},
	}
}

func someEntries() []audit.Entry {
	tty, uid := "pts/3", int64(1000)
	return []audit.Entry{
		{Seq: 1, At: night, Run: "r-1", Stage: audit.StageProgress, Kind: "kafka.offset-reset", PlanDigest: "d", Step: "consent",
			Claimed: audit.Claimed{"user": "ana"}, Verified: audit.Verified{UID: 1000, LoginUID: &uid, TTY: &tty, PID: 7}, Reason: "late", Ticket: "T-1",
			Data: json.RawMessage(`{"target":"prod/group/payments"}`), PrevRoot: "AAAA"},
		{Seq: 2, At: night, Run: "r-1", Stage: audit.StageResult, Kind: "kafka.offset-reset", Step: "commit-1", Outcome: audit.OutcomeFailed, Error: "refused", PrevRoot: "BBBB"},
		{Seq: 3, At: night, Stage: audit.StageRepair, PrevRoot: "CCCC"},
	}
}

// TestPlanMatchesItsSchema holds the file that weir apply takes to docs/schemas.
func TestPlanMatchesItsSchema(t *testing.T) {
	var b bytes.Buffer
	if err := aPlan().Write(&b, "0.1.0"); err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	whole := decode(t, b.String())
	for name, v := range map[string]any{"envelope": whole, "plan": whole.(map[string]any)["items"].([]any)[0]} {
		s, err := c.Compile(filepath.Join(schemas, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPlanLinesMatchTheirSchemas holds a plan as lines to docs/schemas: the item, and the end.
func TestPlanLinesMatchTheirSchemas(t *testing.T) {
	var b bytes.Buffer
	if err := aPlan().WriteLines(&b, "0.1.0"); err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	lines := strings.SplitAfter(b.String(), "\n")
	if len(lines) != 3 || lines[2] != "" {
		t.Fatalf("%d lines, want two", len(lines)-1)
	}
	for i, name := range []string{"plan", "end"} {
		s, err := c.Compile(filepath.Join(schemas, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(decode(t, lines[i])); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRunsAreAsTheyTellThemselves fails when a run's own JSON and its row say different things.
func TestRunsAreAsTheyTellThemselves(t *testing.T) {
	rows := items(t, Runs(someRuns()), "run")
	for _, r := range someRuns() {
		own, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := json.Unmarshal(own, &want); err != nil {
			t.Fatal(err)
		}
		got := rows[r.Run]
		if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
			t.Errorf("keys are %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
		for key, w := range want {
			if !reflect.DeepEqual(got[key], w) {
				t.Errorf("%s %s is %v, want %v", r.Run, key, got[key], w)
			}
		}
	}
}

// TestEntriesAreAsTheLogHasThem fails when a row says something else than the entry's line.
func TestEntriesAreAsTheLogHasThem(t *testing.T) {
	var rows struct{ Items []map[string]any }
	if err := json.Unmarshal([]byte(written(t, New("0.1.0", night, nil, Entries(someEntries())), JSON, Style{})), &rows); err != nil {
		t.Fatal(err)
	}
	for i, e := range someEntries() {
		own, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := json.Unmarshal(own, &want); err != nil {
			t.Fatal(err)
		}
		for key, w := range want {
			if !reflect.DeepEqual(rows.Items[i][key], w) {
				t.Errorf("entry %d: %s is %v, want %v", e.Seq, key, rows.Items[i][key], w)
			}
		}
	}
	if rows.Items[1]["cluster"] != "prod" || rows.Items[2]["cluster"] != nil {
		t.Errorf("clusters are %v and %v", rows.Items[1]["cluster"], rows.Items[2]["cluster"])
	}
}

func TestValuesOfChangesAreSafeToPrint(t *testing.T) {
	d := New("0.1.0", night, nil, Changes(aPlan()))
	for _, f := range []Format{JSON, JSONL, CSV, Short, Markdown} {
		if out := written(t, d, f, Style{Terminal: true}); strings.ContainsRune(out, '\u202e') {
			t.Errorf("%s holds a mark that turns text around: %q", f, out)
		}
	}
	for in, want := range map[string]string{`{"a":["x\"y",1,null]}`: `{"a":["x\"y",1,null]}`, `"\u0085"`: `"\u0085"`, `{`: `"{"`, "\"\u0085\"": `"\u0085"`} {
		if got := string(raw(in).AppendJSON(nil)); got != want {
			t.Errorf("%q is printed %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{`12`: "12", `"a"`: "a", `{}`: "{}"} {
		if got := string(raw(in).AppendText(nil)); got != want {
			t.Errorf("%q reads %s, want %s", in, got, want)
		}
	}
}

// TestPlanPrintedSafelyIsTheSamePlan prints a plan with hostile names in it and reads it back.
func TestPlanPrintedSafelyIsTheSamePlan(t *testing.T) {
	p := aPlan()
	p.Guards[0].Now = "Stable, 1 member: \u009b31m\u202e on 10.0.0.7"
	made, err := actions.NewRegistry(fixedPlan{p}).Plan(t.Context(), actions.Request{Kind: p.Kind, Target: p.Target})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := made.Write(&b, "0.1.0"); err != nil {
		t.Fatal(err)
	}
	safe := AppendSafeJSON(nil, b.Bytes())
	if bytes.ContainsRune(safe, '\u202e') || bytes.ContainsRune(safe, '\u009b') {
		t.Errorf("what steers a terminal is printed as it is: %q", safe)
	}
	back, err := actions.ReadPlan(bytes.NewReader(safe))
	if err != nil {
		t.Fatal(err)
	}
	if back.Digest != made.Digest || back.Guards[0].Now != p.Guards[0].Now {
		t.Errorf("what was read back is another plan")
	}
}

// fixedPlan is an action that always plans the same.
type fixedPlan struct{ p actions.Plan }

func (f fixedPlan) Spec() actions.Spec {
	return actions.Spec{Kind: f.p.Kind, Verb: "fixed", Tier: f.p.Tier, On: []string{lag.KindGroup}}
}
func (fixedPlan) Offers(lag.Ref, *lag.Reading) actions.Offer { return actions.Offer{} }
func (f fixedPlan) Plan(context.Context, actions.Request) (actions.Plan, error) {
	return f.p, nil
}
func (fixedPlan) Open(context.Context, actions.Plan, []audit.Entry) (actions.Run, error) {
	return nil, actions.ErrDefect
}
