package leaderelection

import (
	"errors"
	"flag"
	"fmt"
	"testing"

	"weir/actions"
	"weir/actions/kafka/kafkatest"
)

var everyPoint = flag.Bool("all", false, "crash at every point, in memory and on real brokers, not at some")

// stand is a cluster whose leaders a sweep looks at and puts back, since no election undoes one.
type stand struct {
	w      *kafkatest.World
	x      *actions.Executor
	req    actions.Request
	now    func() []int32 // who leads each partition of the plan
	back   func()         // makes it as before
	before []int32
	after  []int32
	count  *kafkatest.Sweep
}

// check tells how many partitions are as before and as planned; one that is neither ends the test.
func (s *stand) check(t *testing.T) (before, after int) {
	t.Helper()
	for i, l := range s.now() {
		switch l {
		case s.before[i]:
			before++
		case s.after[i]:
			after++
		default:
			t.Fatalf("partition %d is led by %d, neither %d nor %d", i, l, s.before[i], s.after[i])
		}
	}
	return before, after
}

// cut applies the plan with a crash at a point, then settles, and goes on or ends it by word, turn by turn. It tells
// whether the point was reached.
func (s *stand) cut(t *testing.T, point int, after bool) bool {
	t.Helper()
	ctx := t.Context()
	s.back()
	p := kafkatest.Plan(t, s.x, s.req)
	s.w.Acted.Reset()
	s.w.Crash.Arm(point, after)
	rep, err := s.x.Apply(ctx, p, kafkatest.Consent(p))
	reached, what := s.w.Crash.Down(), s.w.Crash.Point
	s.w.Crash.Disarm()
	where := fmt.Sprintf("cut off at %s (after: %v)", what, after)
	if !reached {
		kafkatest.Must(t, err)
		if _, n := s.check(t); n != len(s.after) {
			t.Fatal("done, but not all is as planned")
		}
		return false
	}
	info, entries, err := s.x.Show(ctx, rep.Run)
	sent := s.w.Acted.Count()["ElectLeaders"]
	if errors.Is(err, actions.ErrUnseen) { // cut off before its first entry
		if sent > 0 {
			t.Fatalf("%s: %d elections, and the journal knows no run", where, sent)
		}
		s.count.Point(info)
		return true
	}
	kafkatest.Must(t, err)
	s.count.Point(info)
	intents := 0
	for _, e := range entries {
		if e.Stage == "intent" {
			intents++
		}
	}
	if sent > intents {
		t.Fatalf("%s: %d elections, and %d intents", where, sent, intents)
	}
	if info.Unfinished() {
		s.recover(t, info, p, point, where)
	}
	return true
}

// recover does what a person would, who finds a run that was cut off.
func (s *stand) recover(t *testing.T, info actions.RunInfo, p actions.Plan, turn int, where string) {
	t.Helper()
	ctx := t.Context()
	if _, err := s.x.Apply(ctx, p, kafkatest.Consent(p)); !errors.Is(err, actions.ErrUnknown) {
		t.Fatalf("%s: a second apply over an unfinished run: %v", where, err)
	}
	found, err := s.x.Settle(ctx, info.Run)
	kafkatest.Must(t, err)
	before, after := s.check(t)
	for _, f := range found {
		if f.Outcome == actions.OutcomeApplied && after == 0 || f.Outcome == actions.OutcomeNot && before == 0 || f.Outcome == actions.OutcomeUnknown {
			t.Fatalf("%s: step %s settled as %s (%s), with %d as before and %d as planned", where, f.Step, f.Outcome, f.Note, before, after)
		}
	}
	if turn%2 == 0 {
		kafkatest.Must(t, s.x.Dismiss(ctx, info.Run, "looked at it"))
		return
	}
	rep, err := s.x.Resume(ctx, info.Run, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if _, n := s.check(t); n != len(s.after) || rep.Status != actions.StatusDone {
		t.Fatalf("%s: resumed: %+v, and %d are as planned", where, rep, n)
	}
}

// TestKillSweep cuts weir off at audit writes and requests: at every third, or with -args -all at each.
func TestKillSweep(t *testing.T) {
	t.Parallel()
	step, least := 3, 60
	if *everyPoint {
		step, least = 1, 200
	}
	count := kafkatest.NewSweep(t, "leader-election", "in memory", least)
	for _, tt := range []struct {
		name    string
		batch   string
		unclean bool
	}{{"one by one", "1", false}, {"in pairs", "2", false}, {"unclean", "1", true}} {
		w, _, k := fake(t)
		for _, after := range []bool{false, true} {
			for point, reached := 1, true; reached; point += step {
				s := embedded(t, kafkatest.On(t, w.Seeds), k, fmt.Sprintf("t%v-%d", after, point), tt.batch, tt.unclean)
				s.count = count
				reached = s.cut(t, point, after)
			}
		}
	}
}

func embedded(t *testing.T, w *kafkatest.World, k *kafkatest.Controller, name, batch string, uncleanly bool) *stand {
	s := &stand{w: w, x: w.Executor(action(w)), req: ask(topic(name), "batch", batch)}
	s.now = func() []int32 { return k.Leaders(name) }
	s.back = func() {
		k.Set(func() {
			k.Topics[name] = []*kafkatest.Part{at(1, 0), at(2, 0), at(1, 2), at(0, 1)}
			if uncleanly {
				k.Topics[name] = []*kafkatest.Part{lost(0, 1), lost(0, 2), lost(0, 1), lost(0, 2)}
			}
			k.Down[0] = uncleanly
		})
	}
	s.before, s.after = []int32{1, 2, 1, 0}, []int32{0, 0, 2, 1}
	if uncleanly {
		s.req.Params[pType] = unclean
		s.before, s.after = []int32{-1, -1, -1, -1}, []int32{1, 2, 1, 2}
	}
	return s
}

// lost is a partition whose last replica in sync is down.
func lost(down, next int32) *kafkatest.Part {
	return &kafkatest.Part{Leader: -1, Replicas: []int32{down, next}, ISR: []int32{down}}
}
