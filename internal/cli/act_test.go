package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"weir/actions"
	"weir/actions/audit"
	"weir/lag"
)

// flip is an action of two steps on a value that lies in the test.
type flip struct {
	tier   actions.Tier
	world  map[string]int // by group
	do     func(step string) (actions.Done, error)
	settle func(step string) (actions.Done, error)
	wait   *actions.Wait
	next   func()
}

func (f *flip) Spec() actions.Spec {
	return actions.Spec{Kind: "test.flip", Verb: "flip", Effect: actions.Mutate, Tier: f.tier, On: []string{lag.KindGroup}, Target: "GROUP",
		Summary: "count a value up", Help: "Counts.", Params: []actions.Param{
			{Name: "by", Type: actions.Int, Default: "1", Help: "how much"}, {Name: "list", Type: actions.File, Help: "a file"},
			{Name: "pick", Short: "p", Type: actions.Topics, Many: true, Help: "which"}, {Name: "hard", Type: actions.Bool, Help: "harder"},
			{Name: "how", Type: actions.Enum, Values: []string{"slow", "fast"}, Default: "slow", Help: "speed"},
		}}
}

func (f *flip) Offers(ref lag.Ref, _ *lag.Reading) actions.Offer {
	return actions.Offer{Possible: ref.Name == "payments", Why: "as it is called " + ref.Name}
}

func (f *flip) Plan(_ context.Context, req actions.Request) (actions.Plan, error) {
	n := int64(1)
	p := actions.Plan{ClusterID: "abc", Effect: actions.Mutate, Tier: f.tier, Undo: actions.UndoNone, Locks: []string{"group/" + req.Target.Name},
		Totals: actions.Totals{Items: 2, Reread: &n}}
	for i := range 2 {
		ref := lag.Ref{Cluster: req.Target.Cluster, Kind: lag.KindPosition, Name: req.Target.Name, Sub: fmt.Sprint("t:", i)}
		p.Changes = append(p.Changes, actions.Change{Ref: ref.String(), Field: "value", After: json.RawMessage("1")})
	}
	return p, nil
}

func (f *flip) Open(_ context.Context, p actions.Plan, past []audit.Entry) (actions.Run, error) {
	r := &flipRun{f: f, plan: p}
	done, err := actions.PastOf(past)
	for _, d := range done {
		if d.Outcome == actions.OutcomeApplied {
			r.at++
		}
	}
	return r, err
}

type flipRun struct {
	f    *flip
	plan actions.Plan
	at   int
}

func (r *flipRun) Next(ctx context.Context) (actions.Step, error) {
	if r.f.next != nil {
		r.f.next()
	}
	if r.f.wait != nil {
		return actions.Step{}, r.f.wait
	}
	if r.at == 2 {
		return actions.Step{}, io.EOF
	}
	return actions.Step{ID: fmt.Sprint("step-", r.at), Title: "count up", Of: 2, Items: r.plan.Changes[r.at : r.at+1]}, nil
}

func (r *flipRun) Do(_ context.Context, rec actions.Recorded) (actions.Done, error) {
	s, err := rec.Step()
	if err != nil {
		return actions.Done{}, err
	}
	if r.f.do != nil {
		if d, err := r.f.do(s.ID); d.Outcome != actions.OutcomeApplied {
			return d, err
		}
	}
	r.at++
	r.f.world[r.plan.Target.Name]++
	return actions.Done{Outcome: actions.OutcomeApplied}, nil
}

func (r *flipRun) Settle(_ context.Context, s actions.Step) (actions.Done, error) {
	if r.f.settle != nil {
		return r.f.settle(s.ID)
	}
	return actions.Done{Outcome: actions.OutcomeNot}, nil
}

func (r *flipRun) Verify(context.Context) (actions.Verdict, error) {
	return actions.Verdict{OK: true}, nil
}
func (r *flipRun) Close(context.Context) error { return nil }

// flipping is a shell with a flip and a state directory, and the plan file of a flip of payments on cluster dead, which
// only the action reaches.
func flipping(t *testing.T, tier actions.Tier) (s *shell, f *flip, plan, confirm string) {
	s, f = newShell(t), &flip{tier: tier, world: map[string]int{}}
	s.actions = []actions.Action{f}
	s.env["XDG_STATE_HOME"] = t.TempDir()
	plan = filepath.Join(t.TempDir(), "plan.json")
	s.want(0, "digest", "", "plan flip payments -c dead --save "+plan)
	m := regexp.MustCompile(`--confirm ([0-9a-f]{12})`).FindStringSubmatch(s.stdout.String())
	if m == nil {
		t.Fatalf("the page gives no apply line:\n%s", &s.stdout)
	}
	return s, f, plan, m[1]
}

func (s *shell) newestRun() string {
	s.want(0, "r-", "", "run list -o name -q")
	lines := strings.Fields(s.stdout.String())
	return lines[len(lines)-1]
}

func TestConsentByTier(t *testing.T) {
	s, _, plan, _ := flipping(t, actions.T1)
	s.want(5, "", "nobody consented", "apply "+plan)
	s.want(0, "done", "step 1 of 2", "apply "+plan+" --yes")
	s, f, plan, confirm := flipping(t, actions.T3)
	if !strings.Contains(s.stdout.String(), " --name dead/payments --reason 'WHY'") || !strings.Contains(s.stdout.String(), "undo     none") {
		t.Errorf("the page doesn't say what a plan of tier T3 needs:\n%s", &s.stdout)
	}
	s.want(5, "", "the name of what it changes", "apply "+plan+" --confirm "+confirm)
	s.want(5, "", "needs a reason", "apply "+plan+" --confirm "+confirm+" --name dead/payments")
	if f.world["payments"] != 0 {
		t.Error("something was done without consent")
	}
	s.want(0, "done", "", "apply "+plan+" --confirm "+confirm+" --name dead/payments --reason late -q")
	if f.world["payments"] != 2 {
		t.Errorf("%d steps took effect, want 2", f.world["payments"])
	}
	s.want(5, "", "there is no undo for test.flip", "run undo "+s.newestRun())
}

func TestParamsBecomeFlags(t *testing.T) {
	s, _, _, _ := flipping(t, actions.T2)
	list := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(list, []byte("a,b"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.want(0, `"params"`, "", "plan flip payments -c dead --by -3 --list "+list+" -p x -p y:1,2 --hard -o json")
	var doc struct {
		Items []struct{ Params map[string]string }
	}
	if err := json.Unmarshal(s.stdout.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"by": "-3", "list": "a,b", "pick": "x\ny:1,2", "hard": "true"}
	if got := doc.Items[0].Params; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("params are %q, want %q", got, want)
	}
	s.want(2, "", "is none of slow, fast", "plan flip payments -c dead --how quick")
	s.want(2, "", "parameter by of flip", "plan flip payments -c dead --by many")
	s.want(2, "", "one cluster is changed at a time", "plan flip payments -c dead -c prod")
	s.want(0, "--arm --reason 'WHY'", "", "plan flip payments -c prod")
	s.want(0, "payments", "", "action list dead/group/payments -c prod -q --help")
	s.want(0, "possible", "", "action list payments -c prod -o csv")
	s.want(2, "", "the command line names prod", "action list dead/group/payments -c prod")
}

// A run of which nobody knows whether its step took effect is named at every start, settled, and gone on with.
func TestUnfinishedRuns(t *testing.T) {
	s, f, plan, confirm := flipping(t, actions.T2)
	s.want(0, "GROUP", "", "get groups -c prod") // where nothing was ever changed, nothing is said
	lost := errors.New("the answer was lost")
	f.do = func(step string) (actions.Done, error) {
		if step == "step-1" {
			return actions.Done{}, lost
		}
		return actions.Done{Outcome: actions.OutcomeApplied}, nil
	}
	f.settle = func(string) (actions.Done, error) { return actions.Done{}, lost }
	s.want(13, "unknown", "nobody knows whether step step-1 took effect", "apply "+plan+" --confirm "+confirm)
	run := s.newestRun()
	s.want(0, "GROUP", "unfinished: "+run+" (unknown on dead/group/payments); weir run show RUN", "get groups -c prod")
	s.want(0, "GROUP", "", "get groups -c prod -q")
	s.want(0, "weir", "", "version")
	s.want(0, "step-1", "weir run settle "+run, "run show "+run)
	s.want(0, run, "", "run list --unfinished -q")
	s.want(13, "", "weir run settle "+run, "apply "+plan+" --confirm "+confirm)
	s.want(13, "", "still can't be told", "run settle "+run)
	f.settle = func(string) (actions.Done, error) {
		return actions.Done{Outcome: actions.OutcomeNot, Note: "as before"}, nil
	}
	s.want(0, "paused", "it did not take effect: as before", "run settle "+run)
	s.want(0, "paused", "no step of run "+run+" is in doubt", "run settle "+run)
	f.do = nil
	s.want(5, "", "needs its digest as consent", "run resume "+run)
	s.want(2, "", "--arm needs --reason", "run resume --arm "+run)
	s.want(0, "done", "step 2 of 2", "run resume "+run+" --confirm "+confirm)
	if f.world["payments"] != 2 {
		t.Errorf("%d steps took effect, want 2", f.world["payments"])
	}
	s.want(0, "GROUP", "", "get groups -c prod")
	s.want(0, "verified  every record", "", "audit verify")
}

func TestARunIsEndedWithANote(t *testing.T) {
	s, f, plan, confirm := flipping(t, actions.T2)
	f.do = func(string) (actions.Done, error) { return actions.Done{}, errors.New("lost") }
	f.settle = f.do
	s.want(13, "unknown", "lost", "apply "+plan+" --confirm "+confirm+" -q")
	run := s.newestRun()
	if got := s.run("run", "settle", run, "--note", ""); got != 5 {
		t.Errorf("without a note it ends with %d, want 5", got)
	}
	s.want(0, "settled", "", "run settle "+run+" --note looked-myself -q")
	s.want(0, "GROUP", "", "get groups -c prod")
	s.want(2, "", "is not at work: it is settled", "run cancel "+run)
}

// While a change is under way an interrupt lets the step end, and what became of the change is the exit code.
func TestInterruptedApply(t *testing.T) {
	for _, c := range []struct {
		name   string
		signal syscall.Signal
		at     string // the step during which the signal comes; "" while the run waits
		code   int
		steps  int
		status string
	}{
		{"within the first step", syscall.SIGINT, "step-0", 8, 1, "cancelled"},
		{"while it waits", syscall.SIGTERM, "", 143, 0, "cancelled"},
		{"on a line that dropped", syscall.SIGHUP, "", 129, 0, "cancelled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, f, plan, confirm := flipping(t, actions.T2)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			f.do = func(step string) (actions.Done, error) {
				if step == c.at {
					cancel(Interrupted{c.signal})
				}
				return actions.Done{Outcome: actions.OutcomeApplied}, nil
			}
			if c.at == "" {
				f.wait = &actions.Wait{For: "the members to go", Again: 1 << 40, Left: 1 << 50, Else: actions.Fail(actions.ErrGuard, "members", "")}
				f.next = func() { cancel(Interrupted{c.signal}) }
			}
			if got := s.runIn(ctx, "apply", plan, "--confirm", confirm); got != c.code {
				t.Errorf("exit code %d, want %d\n%s", got, c.code, &s.stderr)
			}
			if f.world["payments"] != c.steps {
				t.Errorf("%d steps took effect, want %d", f.world["payments"], c.steps)
			}
			s.want(0, c.status, "", "run list -q")
		})
	}
}

// TestExitCodesOfActions fails when a way in which a change ends has no row in docs/exit-codes.md.
func TestExitCodesOfActions(t *testing.T) {
	page := read(t, "../../docs/exit-codes.md")
	for _, k := range []actions.Kind{actions.ErrUsage, actions.ErrUnseen, actions.ErrGuard, actions.ErrRefused, actions.ErrLocked,
		actions.ErrRolledBack, actions.ErrPartial, actions.ErrUnverified, actions.ErrStale, actions.ErrAudit, actions.ErrTimeout,
		actions.ErrUnknown, actions.ErrDefect, actions.ErrStopped} {
		if !strings.Contains(page, fmt.Sprintf("\n| %d", int(k))) {
			t.Errorf("docs/exit-codes.md doesn't tell of %d: %s", int(k), k)
		}
	}
}

func TestPlanPageSaysWhatIsNotKnown(t *testing.T) {
	n := int64(1234)
	for _, c := range []struct {
		totals actions.Totals
		want   string
	}{
		{actions.Totals{Items: 1, Reread: &n, Skipped: new(int64), Gone: new(int64)}, "1 change: 1,234 offsets read again, 0 skipped, 0 deleted already"},
		{actions.Totals{Items: 3, Gone: &n}, "3 changes: 1,234 offsets deleted already; not known how many offsets are read again or skipped"},
	} {
		if got := totalsLine(c.totals); got != c.want {
			t.Errorf("the totals read %q, want %q", got, c.want)
		}
	}
	mixed := []actions.Change{{Field: "group"}, {Field: "committed"}}
	if changeHead(mixed) != "WHAT" || changeHead(mixed[1:]) != "COMMITTED" {
		t.Errorf("heads are %q and %q", changeHead(mixed), changeHead(mixed[1:]))
	}
}

func TestQuotedWordsAreWhatAShellReads(t *testing.T) {
	for in, want := range map[string]string{"plan.json": "plan.json", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "é": "'é'"} {
		if got := quoted(in); got != want {
			t.Errorf("%q is written %s, want %s", in, got, want)
		}
	}
}
