package kafka_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/groupdelete"
	"weir/actions/kafka/hold"
	"weir/actions/kafka/kafkatest"
	"weir/actions/kafka/leaderelection"
	"weir/actions/kafka/offsetdelete"
	"weir/actions/kafka/recordskip"
	"weir/actions/kafka/reset"
	"weir/internal/realkafka"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// fault is what befalls an action between plan and verdict, and how that must end. docs/actions/README.md tells the same to
// people.
type fault struct {
	what string // the same words for all actions
	kind string // the action
	how  string // where there are several
	// strike comes after the plan was made, and before it is applied.
	strike func(*stage, *actions.Plan)
	rights func(*stage) []realkafka.Right // of who acts; nil: all
	exit   int
	says   string // part of the error, or of the notes
	// journal is how the steps and the run end; on real brokers, which take their time, the beginning may be repeated.
	journal string
	moved   bool // the world isn't as the plan saw it: nothing may have been sent, and everything is as somebody made it
	heal    func(*stage)
	where   where
}

// where a fault is tried.
type where int

const (
	both     where = iota
	inMem          // on the brokers in memory only
	wholeRun       // on real brokers with -args -all only
)

const (
	worldChanges     = "the world changes between plan and apply"
	notPermitted     = "a permission is missing"
	coordinatorMoves = "the coordinator moves"
	brokerDies       = "a broker dies in the middle"
	replyLost        = "a reply is lost after the write took effect"
	memberReturns    = "a member returns"
)

// faults are all of them, but for those that need a cluster of real brokers to be broken: see TestRealDeath.
func faults() []fault {
	var out []fault
	for _, a := range acts {
		out = append(out, fault{what: worldChanges, kind: a.kind, strike: func(s *stage, _ *actions.Plan) { a.move(s) },
			exit: 10, says: "moved since the plan was made", journal: "failed", moved: true})
		if a.kind != leaderelection.Kind {
			out = append(out, fault{what: coordinatorMoves, kind: a.kind, strike: func(s *stage, _ *actions.Plan) { s.w.Before(a.key, s.moveCoordinator) },
				journal: a.first + a.last + ":unknown " + a.last + ":ok done"})
		}
	}
	out = append(out, permissions...)
	out = append(out, losses...)
	out = append(out, returns...)
	return append(out, deaths...)
}

func onGroup(s *stage, op kmsg.ACLOperation) realkafka.Right { return realkafka.OnGroup(s.group, op) }
func onTopic(s *stage, op kmsg.ACLOperation) realkafka.Right { return realkafka.OnTopic(s.topic, op) }

const (
	read     = kmsg.ACLOperationRead
	describe = kmsg.ACLOperationDescribe
	remove   = kmsg.ACLOperationDelete
	write    = kmsg.ACLOperationWrite
)

var permissions = []fault{
	{kind: reset.Kind, how: "to be in the group", rights: func(s *stage) []realkafka.Right { return []realkafka.Right{onGroup(s, describe), onTopic(s, read)} },
		exit: 3, says: "join group", journal: "hold:failed failed", where: wholeRun},
	{kind: reset.Kind, how: "to commit on a topic", rights: func(s *stage) []realkafka.Right { return []realkafka.Right{onGroup(s, read), onTopic(s, describe)} },
		exit: 3, says: "grant Read on the group and its topics", journal: "hold:ok commit-1:failed failed"},
	{kind: recordskip.Kind, how: "to write where the copy goes", rights: func(s *stage) []realkafka.Right {
		return []realkafka.Right{onGroup(s, read), onTopic(s, read), realkafka.OnTopic(s.dlq, describe)}
	}, exit: 3, says: "may not write to dlq-", journal: "hold:ok keep:failed failed", where: wholeRun},
	{kind: recordskip.Kind, how: "to commit", rights: func(s *stage) []realkafka.Right {
		return []realkafka.Right{onGroup(s, read), onTopic(s, describe), realkafka.OnTopic(s.dlq, write)}
	}, exit: 8, says: "grant Read on the group and its topics", journal: "hold:ok keep:ok commit-1:failed failed"},
	{kind: offsetdelete.Kind, rights: func(s *stage) []realkafka.Right { return []realkafka.Right{onGroup(s, read), onTopic(s, read)} },
		exit: 3, says: "Delete on the group", journal: "delete-1:failed failed"},
	{kind: groupdelete.Kind, rights: func(s *stage) []realkafka.Right { return []realkafka.Right{onGroup(s, read)} },
		exit: 3, says: "grant Delete on the group", journal: "delete:failed failed"},
	{kind: leaderelection.Kind, strike: func(s *stage, _ *actions.Plan) {
		if s.k != nil {
			s.k.Set(func() { s.k.Top = kerr.ClusterAuthorizationFailed.Code })
		}
	}, rights: func(s *stage) []realkafka.Right { return []realkafka.Right{onTopic(s, describe)} },
		exit: 3, says: "grant it Alter on the cluster", journal: "elect-1:failed failed"},
}

func lose(key kmsg.Key) func(*stage, *actions.Plan) {
	return func(s *stage, _ *actions.Plan) { s.w.Wire.Lose(key, nil) }
}

var losses = []fault{
	{kind: reset.Kind, how: "to the join", strike: lose(kmsg.JoinGroup), exit: 3, says: "JoinGroup", journal: "hold:failed failed", where: wholeRun},
	{kind: reset.Kind, how: "to the sync", strike: lose(kmsg.SyncGroup), exit: 3, says: "SyncGroup", journal: "hold:failed failed", where: wholeRun},
	{kind: reset.Kind, how: "to the commit", strike: lose(kmsg.OffsetCommit), journal: "hold:ok commit-1:ok done"},
	{kind: reset.Kind, how: "to the leave", strike: lose(kmsg.LeaveGroup), says: "could not be let go", journal: "hold:ok commit-1:ok done", where: wholeRun},
	{kind: recordskip.Kind, how: "to the append", strike: lose(kmsg.Produce), journal: "hold:ok keep:ok commit-1:ok done"},
	{kind: recordskip.Kind, how: "to the commit", strike: lose(kmsg.OffsetCommit), journal: "hold:ok keep:ok commit-1:ok done", where: wholeRun},
	{kind: offsetdelete.Kind, strike: lose(kmsg.OffsetDelete), journal: "delete-1:ok done"},
	{kind: groupdelete.Kind, strike: lose(kmsg.DeleteGroups), journal: "delete:ok done"},
	{kind: leaderelection.Kind, strike: lose(kmsg.ElectLeaders), journal: "elect-1:ok elect-2:ok done"},
}

// waits has a consumer come back while weir holds the group. It must wait until weir is done, and then read from where the
// group stands.
func waits(key kmsg.Key, want int64) func(*stage, *actions.Plan) {
	return func(s *stage, p *actions.Plan) {
		s.w.Before(key, func() {
			s.back = s.join(2)
			s.wants = want
		})
	}
}

// breaksIn takes weir's member out of the group before a consumer comes: the hold is lost.
func breaksIn(s *stage, _ *actions.Plan) {
	s.trial.X.Tell = func(e actions.Event) { s.run = e.Run }
	s.w.Before(kmsg.OffsetCommit, func() {
		s.release(hold.Name(s.run))
		s.back = s.join(1)
	})
}

func comes(key kmsg.Key) func(*stage, *actions.Plan) {
	return func(s *stage, _ *actions.Plan) { s.w.Before(key, func() { s.back = s.join(1) }) }
}

var returns = []fault{
	{kind: reset.Kind, how: "during the hold", strike: waits(kmsg.OffsetCommit, 0), journal: "hold:ok commit-1:ok done"},
	{kind: reset.Kind, how: "and the hold is lost", strike: breaksIn, exit: 4, says: "somebody came into the group", journal: "hold:ok commit-1:failed failed", where: wholeRun},
	{kind: recordskip.Kind, how: "during the hold", strike: waits(kmsg.OffsetCommit, 3), journal: "hold:ok keep:ok commit-1:ok done", where: wholeRun},
	{kind: recordskip.Kind, how: "and the hold is lost", strike: breaksIn, exit: 8, says: "somebody came into the group", journal: "hold:ok keep:ok commit-1:failed failed"},
	{kind: offsetdelete.Kind, strike: comes(kmsg.OffsetDelete), exit: 4, says: "somebody came into the group", journal: "delete-1:failed failed"},
	{kind: groupdelete.Kind, strike: comes(kmsg.DeleteGroups), exit: 4, says: "a member came back", journal: "delete:failed failed"},
}

// dies cuts the group's coordinator off right before a request, and lets it come back when the run has ended.
func dies(key kmsg.Key) func(*stage, *actions.Plan) {
	return func(s *stage, _ *actions.Plan) {
		s.w.Before(key, func() { s.w.Wire.Cut(s.fake.ListenAddrs()[s.fake.CoordinatorFor(s.group)]) })
	}
}

func mend(s *stage) { s.w.Wire.Mend() }

var deaths = []fault{
	{kind: reset.Kind, strike: dies(kmsg.OffsetCommit), exit: 13, says: "weir run settle", journal: "hold:ok commit-1:unknown", heal: mend, where: inMem},
	{kind: recordskip.Kind, strike: dies(kmsg.OffsetCommit), exit: 13, says: "weir run settle", journal: "hold:ok keep:ok commit-1:unknown", heal: mend, where: inMem},
	{kind: offsetdelete.Kind, strike: dies(kmsg.OffsetDelete), exit: 13, says: "weir run settle", journal: "delete-1:unknown", heal: mend, where: inMem},
	{kind: groupdelete.Kind, strike: dies(kmsg.DeleteGroups), exit: 13, says: "weir run settle", journal: "delete:unknown", heal: mend, where: inMem},
	{kind: leaderelection.Kind, strike: func(s *stage, _ *actions.Plan) {
		s.trial.X.Tell = func(e actions.Event) {
			if e.Step.ID == "elect-1" && e.State == actions.OutcomeApplied {
				s.w.Wire.Cut(s.fake.ListenAddrs()[0])
			}
		}
	}, exit: 8, says: "broker 0, which is to lead, doesn't answer", journal: "elect-1:ok failed", heal: mend, where: inMem},
	{what: "the controller moves", kind: leaderelection.Kind, strike: func(s *stage, _ *actions.Plan) {
		asked := 0
		s.k.Set(func() {
			s.k.Answer = func(cluster.Place) (int16, bool) {
				if asked++; asked == 1 {
					return kerr.NotController.Code, false
				}
				return 0, false
			}
		})
	}, journal: "elect-1:failed elect-1:ok elect-2:ok done", where: inMem},
}

func init() {
	for what, list := range map[string][]fault{notPermitted: permissions, replyLost: losses, memberReturns: returns, brokerDies: deaths} {
		for i := range list {
			if list[i].what == "" {
				list[i].what = what
			}
		}
	}
}

func (f fault) name() string {
	return strings.TrimSpace(strings.TrimPrefix(f.kind, "kafka.") + " " + f.what + " " + f.how)
}

// TestFaults puts every action under every fault, on a cluster in memory.
func TestFaults(t *testing.T) {
	for _, f := range faults() {
		t.Run(f.name(), func(t *testing.T) {
			t.Parallel()
			f.try(inMemory(t, f.kind, f.rights != nil))
		})
	}
}

// TestRealFaults does so on real brokers, all of which live; -args -all tries those, too, that differ little from another.
func TestRealFaults(t *testing.T) {
	c := realkafka.Shared(t)
	for _, f := range faults() {
		if f.where == inMem || f.where == wholeRun && !*every {
			continue
		}
		t.Run(f.name(), func(t *testing.T) { f.try(onReal(t, c)) })
	}
}

// try puts the fault to an action, and looks at everything that tells of it: the exit code, the run, the journal, the
// cluster, and what settling, going on and undoing come to.
func (f fault) try(s *stage) {
	t, a := s.t, actOf(f.kind)
	t.Helper()
	a.ready(s)
	if f.rights != nil && s.k == nil {
		s.allow(f.rights(s))
	}
	r := s.trial
	p := kafkatest.Plan(t, r.X, r.Request)
	if f.strike != nil {
		f.strike(s, &p)
	}
	found := fmt.Sprint(r.Now())
	r.W.Acted.Reset()
	rep, err := r.X.Apply(t.Context(), p, kafkatest.Consent(p))
	if got := actions.ExitCode(err); got != f.exit || !strings.Contains(fmt.Sprint(err, rep.Notes), f.says) {
		t.Fatalf("%v, notes %q (exit %d), want %d with %q", err, rep.Notes, got, f.exit, f.says)
	}
	_, entries, err2 := r.X.Show(t.Context(), rep.Run)
	kafkatest.Must(t, err2)
	if got := kafkatest.Journal(entries); got != f.journal && (s.real == nil || s.unrepeated(got) != s.unrepeated(f.journal)) {
		t.Errorf("the journal says %q, want %q", got, f.journal)
	}
	if f.moved {
		if now := fmt.Sprint(r.Now()); now != found || len(r.W.Acted.Requests()) > 0 || rep.Status != actions.StatusFailed {
			t.Errorf("%s: %s, was %s; sent %v", rep.Status, now, found, r.W.Acted.Count())
		}
		return
	}
	if f.heal != nil {
		f.heal(s)
	}
	r.Honest(t, p, rep, err)
	s.gone(rep.Status == actions.StatusDone)
	r.GoOn(t, p, rep.Run)
	s.w.Login = nil
	if s.real == nil && f.rights != nil && s.k == nil {
		s.asRoot()
	}
	r.Back(t, p, rep.Run)
}

// unrepeated leaves out of a journal what was tried again: how often, real brokers decide.
func (s *stage) unrepeated(journal string) string {
	return strings.Join(slices.Compact(strings.Fields(journal)), " ")
}

// gone ends the consumer that came back, if there is one; after a hold it must have read from where the group stands.
func (s *stage) gone(done bool) {
	s.t.Helper()
	if s.back == nil {
		return
	}
	if done {
		ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
		defer cancel()
		var first *kgo.Record
		for first == nil {
			fetches := s.back.PollFetches(ctx)
			kafkatest.Must(s.t, fetches.Err0())
			fetches.EachRecord(func(r *kgo.Record) {
				if first == nil && r.Partition == 1 {
					first = r
				}
			})
		}
		if first.Offset != s.wants {
			s.t.Errorf("the consumer read from %d on, want %d", first.Offset, s.wants)
		}
	}
	s.leave(s.back)
}
