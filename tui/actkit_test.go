package tui

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"weir/actions"
	"weir/actions/audit"
	"weir/internal/engine"
	"weir/lag"
)

// stand is an Actor on no cluster: it plays what a test asks for.
type stand struct {
	t        testing.TB
	policy   actions.Policy
	asked    []actions.Request
	files    map[string]string
	consents []actions.Consent
	block    func(context.Context) // before a plan is carried out; nil: nothing
	changes  int                   // of plans; 0 is 3
	refuse   error
	carry    func(p actions.Plan, tell func(actions.Event)) (actions.Report, error)
	journal  []actions.RunInfo
	entries  []audit.Entry
	settled  []actions.Settled
	doubt    func(context.Context, string, func(actions.Event)) ([]actions.Settled, error) // what settling does instead; nil: it finds settled
	notes    []string
	armed    []string
	saved    []string
	at       time.Time // when plans are made; zero: night
	digest   string
}

var testSpecs = []actions.Spec{
	{Kind: "test.group-delete", Verb: "group-delete", Effect: actions.Destroy, Tier: actions.T3, On: []string{lag.KindGroup}, Target: "GROUP", Summary: "delete a group that has no members, with all its committed offsets"},
	{Kind: "test.election", Verb: "leader-election", Effect: actions.Mutate, Tier: actions.T1, On: []string{lag.KindTopic}, Target: "TOPIC", Summary: "give partitions back to their preferred leaders"},
	{Kind: "test.reset", Verb: "offset-reset", Effect: actions.Mutate, Tier: actions.T2, On: []string{lag.KindGroup}, Target: "GROUP", Summary: "move the committed offsets of a consumer group that has no members",
		Help: "Reads the group, its commits and the logs; then, with consent, holds the group, commits, reads back and lets go.",
		Params: []actions.Param{
			{Name: "to", Type: actions.String, OneOf: "where", Help: "an offset, or a time with its zone", Words: []actions.Word{{Name: "earliest", Help: "the first record that still exists"}, {Name: "latest", Help: "the end: gives up all that is unread"}}},
			{Name: "ago", Type: actions.Duration, OneOf: "where", Help: "the first record of the last so long, such as 15m"},
			{Name: "shift", Type: actions.Int, OneOf: "where", Help: "so many offsets forward, or back when negative"},
			{Name: "from-file", Type: actions.File, OneOf: "where", Help: "offsets from a file"},
			{Name: "topic", Short: "t", Type: actions.Topics, Many: true, Help: "only this topic, or these partitions of it"},
			{Name: "past-end", Type: actions.Enum, Values: []string{"refuse", "end"}, Default: "refuse", Help: "where no record is as young"},
			{Name: "hold", Type: actions.Bool, Default: "true", Help: "keep other members out while the offsets are written"},
			{Name: "wait", Type: actions.Duration, Default: "0", Help: "how long to wait until the last member has gone"},
		}},
	{Kind: "test.skip", Verb: "record-skip", Effect: actions.Mutate, Tier: actions.T2, On: []string{lag.KindPosition}, Target: "GROUP TOPIC:P@OFFSET", Summary: "step over the one record that a partition stands on",
		Params: []actions.Param{{Name: "save-record", Type: actions.String, Help: "keep the record in this file first"}}},
}

func (a *stand) Specs() []actions.Spec        { return testSpecs }
func (a *stand) Policy(string) actions.Policy { return a.policy }
func (a *stand) Who() string                  { return "ada" }
func (a *stand) Offers(kind string, ref lag.Ref, r *lag.Reading) actions.Offer {
	for i := range r.Groups {
		if n := len(r.Groups[i].Members); r.Groups[i].Name == ref.Name && n > 0 && kind != "test.skip" {
			return actions.Offer{Why: fmt.Sprintf("not offered: %d members still live", n)}
		}
	}
	return actions.Offer{Possible: true, Why: "it can be done now"}
}

func (a *stand) planOf(kind string, target lag.Ref) actions.Plan {
	spec := testSpecs[0]
	for _, s := range testSpecs {
		if s.Kind == kind {
			spec = s
		}
	}
	at, n := a.at, a.changes
	if at.IsZero() {
		at = night
	}
	if n == 0 {
		n = 3
	}
	reread, skipped, gone := int64(0), int64(0), int64(204_993*n)
	p := actions.Plan{ID: "p-1", Kind: kind, ClusterID: "Mk3", Target: target, Effect: spec.Effect, Tier: spec.Tier, Undo: actions.UndoFull,
		Totals:   actions.Totals{Items: n, Reread: &reread, Skipped: &skipped, Gone: &gone},
		Guards:   []actions.Guard{{Name: "group_empty", Want: "the group has no members", Now: "Empty", OK: true}, {Name: "offsets_unmoved", Want: "every committed offset is as below", Now: itoa(n) + " read", OK: true}},
		Warnings: []string{"204,993 offsets were deleted before the group read them"}, MadeAt: at, Expires: at.Add(actions.DefaultExpiry), Digest: a.digest}
	if p.Digest == "" {
		p.Digest = "7f3c91e204bd" + strings.Repeat("0", 52)
	}
	for i := range n {
		from := 118_234_170 + int64(i)*1000
		p.Changes = append(p.Changes, actions.Change{Ref: lag.Ref{Cluster: target.Cluster, Kind: lag.KindPosition, Name: target.Name, Sub: fmt.Sprintf("audit.log:%d", i)}.String(),
			Field: "committed", Before: json.RawMessage(fmt.Sprint(from)), After: json.RawMessage(fmt.Sprint(from + 204_993)), Note: "the first record that exists; 204993 are deleted already"})
	}
	return p
}

func (a *stand) Plan(_ context.Context, req actions.Request, files map[string]string) (actions.Plan, error) {
	a.asked, a.files = append(a.asked, req), files
	if a.refuse != nil {
		return actions.Plan{}, a.refuse
	}
	return a.planOf(req.Kind, req.Target), nil
}

func (a *stand) UndoPlan(_ context.Context, run string) (actions.Plan, error) {
	if a.refuse != nil {
		return actions.Plan{}, a.refuse
	}
	for _, r := range a.journal {
		if r.Run == run {
			ref, _ := lag.ParseRef(r.Target)
			p := a.planOf(r.Kind, ref)
			p.Undoes = run
			return p, nil
		}
	}
	return actions.Plan{}, actions.Fail(actions.ErrUnseen, "there is no run "+run, "")
}

func (a *stand) PlanOf(ctx context.Context, run string) (actions.Plan, error) {
	p, err := a.UndoPlan(ctx, run)
	p.Undoes = ""
	return p, err
}

func (a *stand) Save(_ actions.Plan, name string) (string, error) {
	a.saved = append(a.saved, name)
	return "/state/plan-7f3c.json", a.refuse
}

func (a *stand) Apply(ctx context.Context, p actions.Plan, c actions.Consent, tell func(actions.Event)) (actions.Report, error) {
	a.consents = append(a.consents, c)
	if a.block != nil {
		a.block(ctx)
	}
	if a.refuse != nil {
		return actions.Report{}, a.refuse
	}
	if a.carry != nil {
		return a.carry(p, tell)
	}
	return a.goWell(p, tell)
}

const testRun = "r-20261121-021408-a1b2c3d4"

// goWell is a run of two steps that are both done.
func (a *stand) goWell(p actions.Plan, tell func(actions.Event)) (actions.Report, error) {
	steps := []actions.Step{{ID: "hold", Title: "hold group " + p.Target.Name, Of: 2, Held: true}, {ID: "commit-1", Title: "commit 3 offsets", Of: 2, Items: p.Changes}}
	for i, s := range steps {
		tell(actions.Event{Run: testRun, Step: s, Done: i, What: s.Title})
		tell(actions.Event{Run: testRun, Step: s, Done: i + 1, What: "read back", State: actions.OutcomeApplied})
	}
	a.record(p, actions.StatusDone, 2)
	return actions.Report{Run: testRun, Status: actions.StatusDone, Done: 2, Total: 2, Verify: actions.Verdict{OK: true, Note: "3 offsets are as planned"}}, nil
}

// record puts a run into the journal.
func (a *stand) record(p actions.Plan, st actions.Status, done int) {
	of := 2
	a.journal = append(a.journal, actions.RunInfo{Run: testRun, PlanDigest: p.Digest, Kind: p.Kind, Target: p.Target.String(), By: "ada", Reason: "INC-4711 audit-sink below log start",
		StartedAt: night, EndedAt: night.Add(2 * time.Second), Status: st, Done: done, Total: &of, Undo: p.Undo, Undoes: p.Undoes})
	intent := func(step, title string) json.RawMessage {
		raw, _ := json.Marshal(actions.Intent{Title: title, Target: p.Target.String(), Of: 2, Items: p.Changes[:1]})
		return raw
	}
	a.entries = nil
	for i, e := range []audit.Entry{
		{Stage: audit.StageProgress, Step: "consent", Data: json.RawMessage(`{"target":"` + p.Target.String() + `"}`), Reason: "INC-4711"},
		{Stage: audit.StageIntent, Step: "hold", Data: intent("hold", "hold group "+p.Target.Name)},
		{Stage: audit.StageResult, Step: "hold", Outcome: audit.OutcomeOK, Data: json.RawMessage(`{"outcome":"applied","note":"held"}`)},
		{Stage: audit.StageIntent, Step: "commit-1", Data: intent("commit-1", "commit 3 offsets")},
		{Stage: audit.StageResult, Step: "commit-1", Outcome: audit.OutcomeOK, Data: json.RawMessage(`{"outcome":"applied","note":"read back"}`)},
		{Stage: audit.StageVerdict, Outcome: audit.OutcomeOK, Data: json.RawMessage(`{"status":"done"}`)},
	} {
		if st == actions.StatusUnknown && i > 3 {
			break
		}
		e.Seq, e.At, e.Run, e.Kind, e.PlanDigest = int64(4822+i), night.Add(time.Duration(i)*300*time.Millisecond), testRun, p.Kind, p.Digest
		e.Claimed = audit.Claimed{"user": "ada"}
		a.entries = append(a.entries, e)
	}
	if st == actions.StatusUnknown {
		a.journal[len(a.journal)-1].Pending, a.journal[len(a.journal)-1].EndedAt = []string{"commit-1"}, time.Time{}
	}
}

func (a *stand) Resume(ctx context.Context, _ string, p actions.Plan, c actions.Consent, tell func(actions.Event)) (actions.Report, error) {
	a.journal = nil
	return a.Apply(ctx, p, c, tell)
}

func (a *stand) Settle(ctx context.Context, run string, tell func(actions.Event)) ([]actions.Settled, error) {
	if a.doubt != nil {
		return a.doubt(ctx, run, tell)
	}
	for i := range a.journal {
		a.journal[i].Status, a.journal[i].Pending = actions.StatusPaused, nil
	}
	return a.settled, nil
}

func (a *stand) Dismiss(_ context.Context, run, note string) error {
	a.notes = append(a.notes, run+": "+note)
	for i := range a.journal {
		a.journal[i].Status = actions.StatusSettled
	}
	return nil
}

func (a *stand) Cancel(run string) error { a.notes = append(a.notes, "cancel "+run); return nil }
func (a *stand) Runs(context.Context) ([]actions.RunInfo, error) {
	return append([]actions.RunInfo(nil), a.journal...), nil
}
func (a *stand) Entries(context.Context, int) ([]audit.Entry, error) { return a.entries, nil }
func (a *stand) Verify(context.Context) (audit.Report, error)        { return audit.Report{Size: 4827}, nil }

func (a *stand) Show(_ context.Context, run string) (actions.RunInfo, []audit.Entry, error) {
	for _, r := range a.journal {
		if r.Run == run {
			return r, a.entries, nil
		}
	}
	return actions.RunInfo{}, nil, actions.Fail(actions.ErrUnseen, "there is no run "+run, "")
}

func (a *stand) Arm(_ context.Context, cluster string, d time.Duration, reason string) (time.Time, error) {
	a.armed = append(a.armed, cluster+" "+d.String()+" "+reason)
	return night.Add(d), a.refuse
}

func (a *stand) Disarm(_ context.Context, cluster string) error {
	a.armed = append(a.armed, cluster+" off")
	return nil
}

// hand drives a console by hand: commands and timers wait until the test runs them.
type hand struct {
	*console
	stand  *stand
	queue  []tea.Cmd
	timers []timer
}

type timer struct {
	d   time.Duration
	msg tea.Msg
}

// openActing makes a console that can act, on a cluster that isn't read-only.
func openActing(t testing.TB, env map[string]string, w, h int, make func(time.Time) engine.Cluster) *hand {
	t.Helper()
	c := open(t, env, w, h, 1, make)
	x := &hand{console: c, stand: &stand{t: t}}
	c.m.clusters[0].ReadOnly = false
	c.m.acts.actor = x.stand
	c.m.out.jobs = newJobs(t.Context())
	c.m.out.collect = func(cmd tea.Cmd) { x.queue = append(x.queue, cmd) }
	c.m.out.later = func(d time.Duration, msg tea.Msg) { x.timers = append(x.timers, timer{d, msg}) }
	c.m.refreshRuns()
	return x.settle()
}

// settle runs what waits, and what follows from it.
func (x *hand) settle() *hand {
	for len(x.queue) > 0 {
		next := x.queue[0]
		x.queue = x.queue[1:]
		msg := next()
		x.send(heardMsg(x.m.out.jobs.told()))
		if msg != nil {
			x.send(msg)
		}
	}
	return x
}

// rest lets time pass without a key.
func (x *hand) rest() *hand {
	due := x.timers
	x.timers = nil
	for _, d := range due {
		x.send(d.msg)
	}
	return x
}

// slowly types slowly: a beat passes between two keys.
func (x *hand) slowly(text string) *hand {
	for _, r := range text {
		x.write(string(r))
		x.rest()
	}
	return x
}

func (x *hand) keys(names ...string) *hand {
	x.t.Helper()
	for _, name := range names {
		x.press(name)
		x.settle()
	}
	return x
}
