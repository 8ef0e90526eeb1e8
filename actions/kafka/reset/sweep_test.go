package reset

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/app"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/hold"
	"weir/actions/kafka/kafkatest"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

var everyPoint = flag.Bool("all", false, "cut off at every point, not at some")

// sweep is the reset whose run is cut off everywhere: three topics of three partitions, two to a step.
type sweep struct {
	w      *kafkatest.World
	a      Action
	group  string
	before map[string]kadm.Offset
	after  map[string]int64
	stops  bool // the application is stopped and started
	runs   bool // it runs
	count  *kafkatest.Sweep
}

// application is one without consumers, whose commands are points as well. A command that the crash cuts off before it
// took effect wasn't called.
func (s *sweep) application() {
	s.stops, s.runs = true, true
	s.a.Connect.Applications = func(string, string) (*cluster.Application, error) {
		return &cluster.Application{Stop: []string{"sh", "stop"}, Start: []string{"sh", "start"}, Timeout: time.Minute}, nil
	}
	s.a.call = func(_ context.Context, argv []string, _ time.Duration) (app.Result, error) {
		return app.Result{}, s.w.Crash.Pass("command "+argv[1], func() error {
			s.runs = argv[1] == "start"
			return nil
		})
	}
}

func newSweep(t *testing.T, w *kafkatest.World, name string, topics int, hold bool) (*sweep, actions.Request) {
	s := &sweep{w: w, a: Action{Connect: w.Connect(), batch: 2}, group: "g-" + name, after: map[string]int64{}}
	var all []kadm.Offset
	for i := range topics {
		topic := fmt.Sprintf("%s-%d", name, i)
		w.Topic(topic, 3)
		for p := range int32(3) {
			w.Produce(topic, p, 4, time.Now().Add(-time.Hour))
			all = append(all, kadm.Offset{Topic: topic, Partition: p, At: int64(p) + 1, LeaderEpoch: 0, Metadata: "m"})
			s.after[fmt.Sprintf("%s:%d", topic, p)] = 0
		}
	}
	w.Commit(s.group, all...)
	s.before = w.Committed(s.group)
	return s, actions.Request{Kind: Kind, Target: kafkatest.Group(s.group), Params: map[string]string{"to": "earliest", "hold": fmt.Sprint(hold)}}
}

// check says whether each offset is as before or as planned, and whether all are the one or the other.
func (s *sweep) check(t *testing.T) (allBefore, allAfter bool) {
	t.Helper()
	now := s.w.Committed(s.group)
	allBefore, allAfter = true, true
	for at, was := range s.before {
		switch got := now[at]; {
		case got == was:
			allAfter = false
		case got.At == s.after[at]:
			allBefore = false
		default:
			t.Fatalf("%s is %+v, neither %+v nor %d", at, got, was, s.after[at])
		}
	}
	return allBefore, allAfter
}

// cut applies the plan with a crash at a point, then settles and, turn by turn, goes on, undoes or dismisses. It tells
// whether the point was reached.
func (s *sweep) cut(t *testing.T, x *actions.Executor, req actions.Request, point int, after bool) bool {
	t.Helper()
	ctx := t.Context()
	p := kafkatest.Plan(t, x, req)
	s.w.Acted.Reset()
	s.w.Crash.Arm(point, after)
	rep, err := x.Apply(ctx, p, kafkatest.Consent(p))
	reached := s.w.Crash.Down()
	what := s.w.Crash.Point
	s.w.Crash.Disarm()
	if !reached {
		kafkatest.Must(t, err)
		if _, all := s.check(t); !all {
			t.Fatal("done, but not all is as planned")
		}
		s.back(t, x, rep.Run)
		return false
	}
	mutations := s.w.Acted.Count()
	info := s.info(t, x, p)
	s.count.Point(info)
	s.announced(t, x, info.Run, mutations, what)
	if info.Unfinished() {
		s.recover(t, x, info, p, point)
	} else if !info.EndedAt.IsZero() && info.Status == actions.StatusDone {
		s.back(t, x, info.Run)
	}
	if info.Run != "" {
		s.expire(t, info.Run)
	}
	if s.stops && !s.runs {
		t.Fatalf("cut off at %s (after: %v), status %s: the application stays stopped", what, after, info.Status)
	}
	if before, _ := s.check(t); !before {
		t.Fatalf("cut off at %s (after: %v), status %s: the offsets are not as before in the end: %v", what, after, info.Status, s.w.Committed(s.group))
	}
	return true
}

// announced holds what the acting client sent against the journal: each request that changes something has an intent of its
// own before it.
func (s *sweep) announced(t *testing.T, x *actions.Executor, run string, sent map[string]int, where string) {
	t.Helper()
	intents := map[string]int{}
	if run != "" {
		_, entries, err := x.Show(t.Context(), run)
		kafkatest.Must(t, err)
		for _, e := range entries {
			if e.Stage == audit.StageIntent {
				intents[strings.TrimRight(e.Step, "-0123456789")]++
			}
		}
	}
	if sent["OffsetCommit"] > intents["commit"] || sent["OffsetDelete"] > intents["delete"] || min(1, sent["JoinGroup"]+sent["SyncGroup"]) > intents[stepHold] {
		t.Fatalf("cut off at %s: sent were %v, announced %v", where, sent, intents)
	}
}

func (s *sweep) info(t *testing.T, x *actions.Executor, p actions.Plan) actions.RunInfo {
	t.Helper()
	runs, err := x.Runs(t.Context())
	kafkatest.Must(t, err)
	if n := len(runs); n > 0 && runs[n-1].PlanDigest == p.Digest && runs[n-1].UndoneBy == "" {
		return runs[n-1]
	}
	return actions.RunInfo{}
}

// recover does what a person would, who finds a run that was cut off.
func (s *sweep) recover(t *testing.T, x *actions.Executor, info actions.RunInfo, p actions.Plan, turn int) {
	t.Helper()
	ctx := t.Context()
	if _, err := x.Apply(ctx, p, kafkatest.Consent(p)); !errors.Is(err, actions.ErrUnknown) {
		t.Fatalf("a second apply over an unfinished run: %v", err)
	}
	found, err := x.Settle(ctx, info.Run)
	kafkatest.Must(t, err)
	before, all := s.check(t)
	for _, f := range found {
		if f.Step == app.Stop || f.Step == app.Start { // no member tells
			if f.Outcome != actions.OutcomeMixed {
				t.Fatalf("step %s settled as %s (%s)", f.Step, f.Outcome, f.Note)
			}
			continue
		}
		if f.Outcome == actions.OutcomeApplied && before || f.Outcome == actions.OutcomeNot && all {
			t.Fatalf("step %s settled as %s (%s), but before %v, all %v", f.Step, f.Outcome, f.Note, before, all)
		}
	}
	switch turn % 3 {
	case 0:
		rep, err := x.Resume(ctx, info.Run, kafkatest.Consent(p))
		kafkatest.Must(t, err)
		if _, all := s.check(t); !all || rep.Status != actions.StatusDone {
			t.Fatalf("resumed: %+v, and not all is as planned", rep)
		}
		s.back(t, x, info.Run)
	case 1:
		s.back(t, x, info.Run)
	default:
		kafkatest.Must(t, x.Dismiss(ctx, info.Run, "looked at it"))
		s.back(t, x, info.Run)
	}
}

// back undoes a run.
func (s *sweep) back(t *testing.T, x *actions.Executor, run string) {
	t.Helper()
	req, err := x.Undo(t.Context(), run)
	if errors.Is(err, actions.ErrUsage) { // it changed nothing
		if err := x.Dismiss(t.Context(), run, "it changed nothing"); err != nil && !errors.Is(err, actions.ErrUsage) {
			t.Fatal(err)
		}
		return
	}
	kafkatest.Must(t, err)
	p := kafkatest.Plan(t, x, req)
	_, err = x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if before, _ := s.check(t); !before {
		t.Fatalf("after the undo: %v", s.w.Committed(s.group))
	}
}

// expire ends the session of a member that a run left behind, which takes 10 s by itself, and 45 s in a KIP-848 group.
func (s *sweep) expire(t *testing.T, run string) {
	t.Helper()
	for _, byInstance := range []bool{true, false} {
		req := kmsg.NewPtrLeaveGroupRequest()
		req.Group = s.group
		m := kmsg.NewLeaveGroupRequestMember()
		if byInstance {
			m.InstanceID = kmsg.StringPtr(hold.Name(run))
		} else {
			m.MemberID = hold.Name(run)
		}
		req.Members = append(req.Members, m)
		_, err := req.RequestWith(t.Context(), s.w.Client)
		kafkatest.Must(t, err)
	}
}

func TestKillSweep(t *testing.T) {
	least := 200
	if !*everyPoint {
		least = 30
	}
	count := kafkatest.NewSweep(t, "offset-reset", "in memory", least)
	for _, tt := range []struct {
		name   string
		topics int
		hold   bool
		stop   bool
	}{{"held", 3, true, false}, {"unheld", 2, false, false}, {"one", 1, true, false}, {"stopped", 1, true, true}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, c := kafkatest.Fake(t)
			for i, after := range []bool{false, true} {
				var s *sweep
				var req actions.Request
				var x *actions.Executor
				step := 5
				if *everyPoint {
					step = 1
				}
				for point := 1 + i; ; point += step {
					if s == nil || point%10 == 1 { // a journal of its own, since it is read again and again
						s, req = newSweep(t, kafkatest.On(t, c.ListenAddrs()), fmt.Sprintf("%s-%d-%d", tt.name, i, point), tt.topics, tt.hold)
						s.count = count
						if tt.stop {
							s.application()
							req.Params["stop-app"] = "true"
						}
						x = s.w.Executor(s.a)
					}
					if !s.cut(t, x, req, point, after) {
						break
					}
				}
			}
		})
	}
}
