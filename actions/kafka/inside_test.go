package kafka_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/groupdelete"
	"weir/actions/kafka/kafkatest"
	"weir/actions/kafka/leaderelection"
	"weir/actions/kafka/offsetdelete"
	"weir/actions/kafka/recordskip"
	"weir/actions/kafka/reset"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// inside is an action whose runs note while they are in Do, or give back what they hold.
type inside struct {
	actions.Action
	within *atomic.Int32
}

func (i inside) Open(ctx context.Context, p actions.Plan, past []audit.Entry) (actions.Run, error) {
	r, err := i.Action.Open(ctx, p, past)
	return insideRun{r, i.within}, err
}

func (i inside) Undo(entries []audit.Entry) (actions.Request, error) {
	return i.Action.(actions.Undoer).Undo(entries)
}

type insideRun struct {
	actions.Run
	within *atomic.Int32
}

func (r insideRun) Do(ctx context.Context, rec actions.Recorded) (actions.Done, error) {
	r.within.Add(1)
	defer r.within.Add(-1)
	return r.Run.Do(ctx, rec)
}

func (r insideRun) Close(ctx context.Context) error {
	r.within.Add(1)
	defer r.within.Add(-1)
	return r.Run.Close(ctx)
}

// sentry sees what the acting client sends, and when.
type sentry struct {
	cluster.Conn
	within *atomic.Int32
	t      *testing.T
	sent   map[string]bool
}

// harmless are the requests that change nothing, and the heartbeats of a hold, which a step before has taken.
var harmless = []kmsg.Key{kmsg.Metadata, kmsg.FindCoordinator, kmsg.ListGroups, kmsg.DescribeGroups, kmsg.OffsetFetch, kmsg.ListOffsets, kmsg.Heartbeat}

func (s sentry) Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	if key := kmsg.Key(req.Key()); !slices.Contains(harmless, key) {
		s.sent[key.Name()] = true
		if s.within.Load() == 0 {
			s.t.Errorf("%s was sent outside of Do", key.Name())
		}
	}
	return s.Conn.Once(ctx, broker, req)
}

func (s sentry) Request(ctx context.Context, req kmsg.Request) (kmsg.Response, error) {
	if !slices.Contains(harmless, kmsg.Key(req.Key())) {
		s.t.Errorf("%s may be sent twice", kmsg.NameForKey(req.Key()))
	}
	return s.Conn.Request(ctx, req)
}

// TestChangesAreMadeInsideDo has every action there is carried out, and undone where that can be: whatever changes the
// cluster is sent while the Executor is in Do, with the intent on disk, and by a way that sends it once.
func TestChangesAreMadeInsideDo(t *testing.T) {
	group := kafkatest.Group("g")
	cases := map[string]struct {
		target lag.Ref
		params map[string]string
		sends  []string
	}{
		reset.Kind:        {group, map[string]string{"to": "earliest"}, []string{"JoinGroup", "LeaveGroup", "OffsetCommit", "OffsetDelete", "SyncGroup"}},
		offsetdelete.Kind: {group, map[string]string{"topic": "t"}, []string{"JoinGroup", "LeaveGroup", "OffsetCommit", "OffsetDelete", "SyncGroup"}},
		groupdelete.Kind:  {group, nil, []string{"DeleteGroups", "JoinGroup", "LeaveGroup", "OffsetCommit", "SyncGroup"}},
		recordskip.Kind: {lag.Ref{Cluster: kafkatest.Cluster, Kind: lag.KindPosition, Name: "g", Sub: "t:0@1"}, map[string]string{"park": "u"},
			[]string{"JoinGroup", "LeaveGroup", "OffsetCommit", "Produce", "SyncGroup"}},
		leaderelection.Kind: {lag.Ref{Cluster: kafkatest.Cluster, Kind: lag.KindTopic, Name: "t"}, nil, []string{"ElectLeaders"}},
	}
	for _, a := range kafka.All(cluster.Connect{}) {
		kind := a.Spec().Kind
		tt, known := cases[kind]
		if !known {
			t.Errorf("%s is not looked at", kind)
		}
		t.Run(kind, func(t *testing.T) {
			var w *kafkatest.World
			if kind == leaderelection.Kind {
				var k *kafkatest.Controller
				w, _, k = kafkatest.WithController(t)
				k.Topics["t"] = []*kafkatest.Part{kafkatest.At(1, 0)}
			} else {
				w, _ = kafkatest.Fake(t)
				w.Topic("t", 2)
				w.Topic("u", 1)
				w.Produce("t", 0, 3, time.Now().Add(-time.Hour))
				w.Commit("g", kadm.Offset{Topic: "t", Partition: 0, At: 1})
			}
			connect, sent, within := w.Connect(), map[string]bool{}, &atomic.Int32{}
			acting := connect.Acting
			connect.Acting = func(ctx context.Context, name string) (cluster.Conn, error) {
				c, err := acting(ctx, name)
				return sentry{c, within, t, sent}, err
			}
			var all []actions.Action
			for _, a := range kafka.All(connect) {
				all = append(all, inside{a, within})
			}
			x := w.Executor(all...)
			p := kafkatest.Plan(t, x, actions.Request{Kind: kind, Target: tt.target, Params: tt.params})
			rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			kafkatest.Must(t, err)
			if p.Undo != actions.UndoNone {
				req, err := x.Undo(t.Context(), rep.Run)
				kafkatest.Must(t, err)
				back := kafkatest.Plan(t, x, req)
				_, err = x.Apply(t.Context(), back, kafkatest.Consent(back))
				kafkatest.Must(t, err)
			}
			var names []string
			for name := range sent {
				names = append(names, name)
			}
			if slices.Sort(names); !slices.Equal(names, tt.sends) {
				t.Errorf("sent were %v, want %v", names, tt.sends)
			}
		})
	}
}
