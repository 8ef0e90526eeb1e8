package kafka_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/kafkatest"
	"weir/actions/kafka/leaderelection"
	"weir/actions/kafka/reset"
	"weir/internal/realkafka"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestRealSeam has three runs of different nature on one contract, each killed right before every journal entry and
// every change it makes, settled and resumed: a reset that holds a group, elections in batches, and a copy loop with a
// transaction a batch. Before the next one is also after the last one.
func TestRealSeam(t *testing.T) {
	c := realkafka.Shared(t)
	for _, n := range []struct {
		name   string
		points []string // beginnings of what is cut, besides the journal
		fresh  func(*testing.T, *kafkatest.World) (actions.Request, func(*testing.T))
		least  int
	}{
		{"a reset with a hold", []string{"JoinGroup", "SyncGroup", "OffsetCommit"}, freshReset, 9},
		{"elections in batches", []string{"ElectLeaders"}, freshElection(c), 8},
		{"a copy loop", []string{"copy"}, freshCopy, 12},
	} {
		t.Run(n.name, func(t *testing.T) {
			w := kafkatest.On(t, c.Seeds())
			w.Crash.Only = func(what string) bool {
				return strings.HasPrefix(what, "audit") || slices.ContainsFunc(n.points, func(p string) bool { return strings.HasPrefix(what, p) })
			}
			x := w.Executor(reset.Action{Connect: w.Connect()}, leaderelection.Action{Connect: w.Connect()}, copyLoop{w, 3})
			points := 0
			for reached := true; reached; {
				req, done := n.fresh(t, w)
				if reached = killed(t, w, x, req, points+1, done); reached {
					points++
				}
			}
			if points < n.least {
				t.Errorf("killed at %d points, want %d", points, n.least)
			}
			t.Logf("killed at %d points", points)
		})
	}
}

// killed applies a plan, ends weir at a point, and has the next start settle the run and go on. It tells whether the
// point was reached.
func killed(t *testing.T, w *kafkatest.World, x *actions.Executor, req actions.Request, point int, done func(*testing.T)) bool {
	t.Helper()
	ctx := t.Context()
	p := kafkatest.Plan(t, x, req)
	w.Crash.Arm(point, false)
	rep, err := x.Apply(ctx, p, kafkatest.Consent(p))
	reached, where := w.Crash.Down(), w.Crash.Point
	w.Crash.Disarm()
	if !reached {
		kafkatest.Must(t, err)
		done(t)
		return false
	}
	info, _, err := x.Show(ctx, rep.Run)
	if errors.Is(err, actions.ErrUnseen) || err == nil && info.Status == actions.StatusCancelled {
		return true // before its first intent: nothing is begun, and nothing to go on with
	}
	kafkatest.Must(t, err)
	if !info.Unfinished() {
		t.Fatalf("killed before %s: the run is %s", where, info.Status)
	}
	if _, err := x.Settle(ctx, rep.Run); err != nil {
		t.Fatalf("killed before %s: settle: %v", where, err)
	}
	rep, err = x.Resume(ctx, rep.Run, kafkatest.Consent(p))
	if err != nil || rep.Status != actions.StatusDone {
		t.Fatalf("killed before %s: resumed: %+v, %v", where, rep, err)
	}
	done(t)
	return true
}

func freshReset(t *testing.T, w *kafkatest.World) (actions.Request, func(*testing.T)) {
	group, req, _ := seed(w, realkafka.Name("seam"), actions.Request{Kind: reset.Kind})
	req.Params = map[string]string{"to": "earliest"}
	return req, func(t *testing.T) {
		t.Helper()
		got := w.Committed(group)
		for at, o := range got {
			if o.At != 0 {
				t.Errorf("%s stands at %d", at, o.At)
			}
		}
		if len(got) != 3 {
			t.Errorf("committed are %v", got)
		}
	}
}

// freshElection turns the replicas of a topic around, so that others are to lead; that moves no data.
func freshElection(c *realkafka.Cluster) func(*testing.T, *kafkatest.World) (actions.Request, func(*testing.T)) {
	return func(t *testing.T, w *kafkatest.World) (actions.Request, func(*testing.T)) {
		name := realkafka.Name("seam")
		c.CreateTopic(t, name, 3, 3, nil)
		topics, err := w.Admin.ListTopics(t.Context(), name)
		kafkatest.Must(t, err)
		turned, want := map[int32][]int32{}, map[int32]int32{}
		for _, p := range topics[name].Partitions {
			want[p.Partition] = p.Replicas[1]
			turned[p.Partition] = append(slices.Clone(p.Replicas[1:]), p.Replicas[0])
		}
		w.Reorder(name, turned)
		req := actions.Request{Kind: leaderelection.Kind, Target: lag.Ref{Cluster: kafkatest.Cluster, Kind: lag.KindTopic, Name: name}, Params: map[string]string{"batch": "2"}}
		return req, func(t *testing.T) {
			t.Helper()
			w.Everywhere(name, "the leaders", func(now kmsg.MetadataResponseTopic) bool {
				return !slices.ContainsFunc(now.Partitions, func(p kmsg.MetadataResponseTopicPartition) bool { return p.Leader != want[p.Partition] })
			})
		}
	}
}

func freshCopy(t *testing.T, w *kafkatest.World) (actions.Request, func(*testing.T)) {
	from, to := realkafka.Name("from"), realkafka.Name("to")
	w.Topic(from, 1)
	w.Topic(to, 1)
	w.Produce(from, 0, 5, time.Now())
	req := actions.Request{Kind: copyKind, Target: lag.Ref{Cluster: kafkatest.Cluster, Kind: lag.KindTopic, Name: from}, Params: map[string]string{"to": to}}
	return req, func(t *testing.T) {
		t.Helper()
		got, err := copied(t.Context(), w.Seeds, to, 5)
		if err != nil || fmt.Sprint(got) != "[0 1 2 3 4]" {
			t.Errorf("copied are %v, %v", got, err)
		}
	}
}
