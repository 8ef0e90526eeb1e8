package recordskip

import (
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"testing"

	"weir/actions"
	"weir/actions/kafka/hold"
	"weir/actions/kafka/kafkatest"
	"weir/internal/realkafka"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

var everyPoint = flag.Bool("all", false, "crash at every point, in memory and on real brokers, not at some")

// sweep is a skip whose run is cut off everywhere.
type sweep struct {
	*bench
	way    string
	n      int // of the point, for a file of its own
	before kadm.Offset
	copies int // in the topic to park in, before the run
	count  *kafkatest.Sweep
}

func (s *sweep) path() string { return filepath.Join(s.Dir, fmt.Sprintf("record-%d.jsonl", s.n)) }

func (s *sweep) params() []string {
	switch s.way {
	case "file":
		return []string{pFile, s.path()}
	case "park":
		return []string{pPark, s.dlq}
	case "unheld":
		return []string{pPark, s.dlq, pHold, "false"}
	}
	return nil
}

// check says whether the commit is as planned. It is never that without a copy, if one was to be kept, and otherwise as
// before.
func (s *sweep) check(t *testing.T) (moved bool) {
	t.Helper()
	switch now := s.at(); {
	case now == s.before:
		return false
	case now.At != poison+1 || now.Metadata != s.before.Metadata:
		t.Fatalf("committed %+v, neither %+v nor past the record", now, s.before)
	case s.way == "file" && savedIn(t, s.path()) == nil:
		t.Fatal("the record was passed, and no file holds it")
	case (s.way == "park" || s.way == "unheld") && len(s.parked()) <= s.copies:
		t.Fatal("the record was passed, and it isn't parked")
	}
	return true
}

// cut applies the plan with a crash at a point, then settles and, turn by turn, goes on, undoes or dismisses. It tells
// whether the point was reached.
func (s *sweep) cut(t *testing.T, point int, after bool) bool {
	t.Helper()
	s.n, s.before = s.n+1, s.at()
	if s.way == "park" || s.way == "unheld" {
		s.copies = len(s.parked())
	}
	p, err := s.plan(poison, s.params()...)
	kafkatest.Must(t, err)
	s.Acted.Reset()
	s.Crash.Arm(point, after)
	rep, err := s.apply(p)
	reached, what := s.Crash.Down(), s.Crash.Point
	s.Crash.Disarm()
	if !reached {
		kafkatest.Must(t, err)
		if !s.check(t) {
			t.Fatal("done, but the record isn't passed")
		}
		s.back(t, rep.Run)
		return false
	}
	sent := s.Acted.Count()
	info := s.info(t, p)
	s.count.Point(info)
	if info.Run == "" && sent["OffsetCommit"]+sent["JoinGroup"]+sent["Produce"] > 0 {
		t.Fatalf("cut off at %s: requests %v went out, and the journal knows no run", what, sent)
	}
	if info.Unfinished() {
		s.recover(t, info, p, point)
	} else if info.Status == actions.StatusDone {
		s.back(t, info.Run)
	}
	if info.Run != "" {
		s.expire(t, info.Run)
	}
	if s.check(t) {
		t.Fatalf("cut off at %s (after: %v), status %s: not as before in the end", what, after, info.Status)
	}
	if most := s.copies + 2; len(s.parked()) > most {
		t.Fatalf("cut off at %s: %d copies", what, len(s.parked())-s.copies)
	}
	return true
}

func (s *sweep) info(t *testing.T, p actions.Plan) actions.RunInfo {
	t.Helper()
	runs, err := s.x.Runs(t.Context())
	kafkatest.Must(t, err)
	if n := len(runs); n > 0 && runs[n-1].PlanDigest == p.Digest && runs[n-1].UndoneBy == "" {
		return runs[n-1]
	}
	return actions.RunInfo{}
}

// recover does what a person would, who finds a run that was cut off.
func (s *sweep) recover(t *testing.T, info actions.RunInfo, p actions.Plan, turn int) {
	t.Helper()
	if _, err := s.apply(p); !errors.Is(err, actions.ErrUnknown) {
		t.Fatalf("a second apply over an unfinished run: %v", err)
	}
	found, err := s.x.Settle(t.Context(), info.Run)
	kafkatest.Must(t, err)
	moved := s.check(t)
	for _, f := range found {
		if f.Step == "commit-1" && (f.Outcome == actions.OutcomeApplied) != moved {
			t.Fatalf("step %s settled as %s (%s), but moved %v", f.Step, f.Outcome, f.Note, moved)
		}
		if f.Step == stepKeep && s.way == "park" && (f.Outcome == actions.OutcomeApplied) != (len(s.parked()) > s.copies) {
			t.Fatalf("step %s settled as %s (%s), with %d copies", f.Step, f.Outcome, f.Note, len(s.parked())-s.copies)
		}
	}
	switch turn % 3 {
	case 0:
		rep, err := s.x.Resume(t.Context(), info.Run, kafkatest.Consent(p))
		kafkatest.Must(t, err)
		if !s.check(t) || rep.Status != actions.StatusDone {
			t.Fatalf("resumed: %+v, and the record isn't passed", rep)
		}
		if n := len(s.parked()) - s.copies; s.way == "park" && n != 1 {
			t.Fatalf("resumed: %d copies", n)
		}
	case 1:
	default:
		kafkatest.Must(t, s.x.Dismiss(t.Context(), info.Run, "looked at it"))
	}
	s.back(t, info.Run)
}

// back undoes a run.
func (s *sweep) back(t *testing.T, run string) {
	t.Helper()
	req, err := s.x.Undo(t.Context(), run)
	if errors.Is(err, actions.ErrUsage) { // it moved nothing
		if err := s.x.Dismiss(t.Context(), run, "it moved nothing"); err != nil && !errors.Is(err, actions.ErrUsage) {
			t.Fatal(err)
		}
		return
	}
	kafkatest.Must(t, err)
	p := kafkatest.Plan(t, s.x, req)
	_, err = s.apply(p)
	kafkatest.Must(t, err)
	if s.check(t) {
		t.Fatalf("after the undo: %+v", s.at())
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
		_, err := req.RequestWith(t.Context(), s.Client)
		kafkatest.Must(t, err)
	}
}

func TestKillSweep(t *testing.T) {
	step, least := 3, 60
	if *everyPoint {
		step, least = 1, 200
	}
	count := kafkatest.NewSweep(t, "record-skip", "in memory", least)
	for _, way := range []string{"bare", "file", "park", "unheld"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			_, c := kafkatest.Fake(t)
			for i, after := range []bool{false, true} {
				var s *sweep
				for point := 1; ; point += step {
					if point%10 == 1 { // a journal of its own, since it is read again and again
						s = &sweep{bench: newBench(kafkatest.On(t, c.ListenAddrs()), fmt.Sprintf("%s-%d-%d", way, i, point)), way: way, count: count}
					}
					if !s.cut(t, point, after) {
						break
					}
				}
			}
		})
	}
}

// TestRealKillSweep cuts weir off on real brokers: at some points, or with -args -all at all of them.
func TestRealKillSweep(t *testing.T) {
	c := realkafka.Shared(t)
	count := kafkatest.NewSweep(t, "record-skip", "real", 12)
	for _, way := range []string{"file", "park"} {
		t.Run(way, func(t *testing.T) {
			s := &sweep{bench: realBench(t, c), way: way, count: count}
			step := 9
			if *everyPoint {
				step = 1
			}
			for _, after := range []bool{false, true} {
				for point := 2; s.cut(t, point, after); {
					point += step
				}
			}
		})
	}
}
