// Package kafka_test holds the tests of the actions that only remove something.
package kafka_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/groupdelete"
	"weir/actions/kafka/hold"
	"weir/actions/kafka/kafkatest"
	"weir/actions/kafka/offsetdelete"
	"weir/actions/kafka/reset"
	"weir/internal/realkafka"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestMain(m *testing.M) { os.Exit(realkafka.Main(m)) }

var every = flag.Bool("all", false, "cut off at 200 points of each action at least, not at some tens")

var kinds = []struct {
	name string
	req  actions.Request
	left []string // commits that stay
}{
	{"group-delete", actions.Request{Kind: groupdelete.Kind}, nil},
	{"offset-delete", actions.Request{Kind: offsetdelete.Kind, Params: map[string]string{"topic": "TOPIC:0,1"}}, []string{"TOPIC:2"}},
}

func executor(w *kafkatest.World) *actions.Executor {
	return w.Executor(reset.Action{Connect: w.Connect()}, groupdelete.Action{Connect: w.Connect()}, offsetdelete.Action{Connect: w.Connect()})
}

// seed makes a topic and a group with commits on it, and the request for it.
func seed(w *kafkatest.World, name string, req actions.Request) (string, actions.Request, map[string]kadm.Offset) {
	topic, group := "t-"+name, "g-"+name
	w.Topic(topic, 3)
	for p := range int32(3) {
		w.Produce(topic, p, 4, time.Now().Add(-time.Hour))
		w.Commit(group, kadm.Offset{Topic: topic, Partition: p, At: int64(p) + 1, LeaderEpoch: 0, Metadata: "m"})
	}
	req.Target = kafkatest.Group(group)
	if req.Params != nil {
		req.Params = map[string]string{"topic": topic + ":0,1"}
	}
	return group, req, w.Committed(group)
}

func same(a, b map[string]kadm.Offset) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

func roundTrip(t *testing.T, w *kafkatest.World, name string, req actions.Request, left int) {
	t.Helper()
	x := executor(w)
	group, req, before := seed(w, name, req)
	p := kafkatest.Plan(t, x, req)
	rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if got := w.Committed(group); len(got) != left || rep.Status != actions.StatusDone {
		t.Fatalf("left are %v, %+v", got, rep)
	}
	back, err := x.Undo(t.Context(), rep.Run)
	kafkatest.Must(t, err)
	u := kafkatest.Plan(t, x, back)
	_, err = x.Apply(t.Context(), u, kafkatest.Consent(u))
	kafkatest.Must(t, err)
	if got := w.Committed(group); !same(got, before) {
		t.Errorf("after the undo %v, before %v", got, before)
	}
}

func TestDelete(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			w, _ := kafkatest.Fake(t)
			roundTrip(t, w, "a", k.req, len(k.left))
		})
	}
}

func TestRealDelete(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			roundTrip(t, kafkatest.On(t, realkafka.Shared(t).Seeds()), realkafka.Name("x"), k.req, len(k.left))
		})
	}
}

// TestRealLive has a member in the group: nothing may be deleted under it.
func TestRealLive(t *testing.T) {
	c := realkafka.Shared(t)
	for _, k := range kinds {
		for _, kind := range []string{"classic", "consumer"} {
			t.Run(k.name+" "+kind, func(t *testing.T) {
				w := kafkatest.On(t, c.Seeds())
				x := executor(w)
				topic, group := realkafka.Name("t"), realkafka.Name("g")
				c.CreateTopic(t, topic, 3, 3, nil)
				for p := range int32(3) {
					c.Produce(t, topic, p, 2)
				}
				if kind == "classic" {
					c.JoinClassic(t, group, []string{topic}).Read(t, 6)
				} else {
					c.JoinConsumer(t, group, []string{topic}).Read(t, 6)
				}
				req := k.req
				req.Target = kafkatest.Group(group)
				if req.Params != nil {
					req.Params = map[string]string{"topic": topic}
				}
				p, err := x.Registry.Plan(t.Context(), req)
				if k.name == "offset-delete" { // what a member reads is told before
					if err == nil || !strings.Contains(err.Error(), "group "+group+" reads "+topic) {
						t.Errorf("planned under a live member: %v", err)
					}
				} else {
					kafkatest.Must(t, err)
					_, err = x.Apply(t.Context(), p, kafkatest.Consent(p))
				}
				if !errors.Is(err, actions.ErrGuard) || actions.ExitCode(err) != int(actions.ErrGuard) {
					t.Errorf("under a live member: %v", err)
				}
				if got := w.Committed(group); len(got) != 3 {
					t.Errorf("left are %v", got)
				}
			})
		}
	}
}

// beside makes two topics with commits of a group, of which a live member reads the second.
func beside(t *testing.T, w *kafkatest.World, name string) (group, old, read string, leave func()) {
	group, old, read = "g-"+name, "old-"+name, "read-"+name
	for _, topic := range []string{old, read} {
		w.Topic(topic, 1)
		w.Produce(topic, 0, 4, time.Now().Add(-time.Hour))
		w.Commit(group, kadm.Offset{Topic: topic, Partition: 0, At: 1, LeaderEpoch: -1})
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(w.Seeds...), kgo.ConsumerGroup(group), kgo.ConsumeTopics(read), kgo.DisableAutoCommit())
	kafkatest.Must(t, err)
	t.Cleanup(cl.Close)
	if fetches := cl.PollFetches(t.Context()); fetches.Err() != nil {
		t.Fatal(fetches.Err())
	}
	return group, old, read, cl.Close
}

// besideLive deletes commits on a topic that no member of a live group reads, and is told of the one that is read: in the
// plan, and before anything is sent when the member comes after it.
func besideLive(t *testing.T, w *kafkatest.World, name string) {
	group, old, read, leave := beside(t, w, name)
	x := executor(w)
	req := actions.Request{Kind: offsetdelete.Kind, Target: kafkatest.Group(group), Params: map[string]string{"topic": old + "\n" + read}}
	if _, err := x.Registry.Plan(t.Context(), req); actions.ExitCode(err) != int(actions.ErrGuard) || !strings.Contains(err.Error(), "reads "+read+":") {
		t.Errorf("planned with a topic that is read: %v", err)
	}
	req.Params["topic"] = old
	p := kafkatest.Plan(t, x, req)
	_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if got := w.Committed(group); len(got) != 1 {
		t.Errorf("left are %v", got)
	}
	leave()
}

func TestDeleteBesideALiveMember(t *testing.T) {
	w, _ := kafkatest.Fake(t)
	besideLive(t, w, "a")
}

func TestRealDeleteBesideALiveMember(t *testing.T) {
	besideLive(t, kafkatest.On(t, realkafka.Shared(t).Seeds()), realkafka.Name("b"))
}

// TestAReaderCameSinceThePlan refuses before anything is sent.
func TestAReaderCameSinceThePlan(t *testing.T) {
	w, _ := kafkatest.Fake(t)
	x := executor(w)
	group, req, before := seed(w, "a", kinds[1].req)
	p := kafkatest.Plan(t, x, req)
	cl, err := kgo.NewClient(kgo.SeedBrokers(w.Seeds...), kgo.ConsumerGroup(group), kgo.ConsumeTopics("t-a"), kgo.DisableAutoCommit())
	kafkatest.Must(t, err)
	t.Cleanup(cl.Close)
	cl.PollFetches(t.Context())
	_, err = x.Apply(t.Context(), p, kafkatest.Consent(p))
	if actions.ExitCode(err) != int(actions.ErrGuard) || !strings.Contains(err.Error(), "reads t-a") {
		t.Errorf("%v", err)
	}
	if sent := w.Acted.Count(); len(sent) > 0 || !same(w.Committed(group), before) {
		t.Errorf("sent: %v; left are %v", sent, w.Committed(group))
	}
}

// TestDrift commits between plan and apply.
func TestDrift(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			w, _ := kafkatest.Fake(t)
			x := executor(w)
			group, req, _ := seed(w, "a", k.req)
			p := kafkatest.Plan(t, x, req)
			w.Commit(group, kadm.Offset{Topic: "t-a", Partition: 1, At: 3, LeaderEpoch: -1})
			now := w.Committed(group)
			_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			var e *actions.Error
			if !errors.As(err, &e) || e.Kind != actions.ErrStale || len(e.Drift) != 1 || e.Drift[0].Found != "3" {
				t.Errorf("%v", err)
			}
			if got := w.Committed(group); !same(got, now) {
				t.Errorf("left are %v", got)
			}
		})
	}
}

// TestForbidden has the acting principal refused by the broker.
func TestForbidden(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			w, c := kafkatest.Fake(t)
			x := executor(w)
			group, req, before := seed(w, "a", k.req)
			c.ControlKey(int16(kmsg.DeleteGroups), func(r kmsg.Request) (kmsg.Response, error, bool) {
				resp := r.ResponseKind().(*kmsg.DeleteGroupsResponse)
				resp.Groups = []kmsg.DeleteGroupsResponseGroup{{Group: group, ErrorCode: kerr.GroupAuthorizationFailed.Code}}
				return resp, nil, true
			})
			c.ControlKey(int16(kmsg.OffsetDelete), func(r kmsg.Request) (kmsg.Response, error, bool) {
				resp := r.ResponseKind().(*kmsg.OffsetDeleteResponse)
				resp.ErrorCode = kerr.GroupAuthorizationFailed.Code
				return resp, nil, true
			})
			p := kafkatest.Plan(t, x, req)
			_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			if actions.ExitCode(err) != int(actions.ErrUnseen) || !same(w.Committed(group), before) {
				t.Errorf("%v, left are %v", err, w.Committed(group))
			}
		})
	}
}

// TestDeleteTellsNoLoss: where a consumer goes on without its commit no plan can tell, so it says so, and passes no limit.
func TestDeleteTellsNoLoss(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			w, _ := kafkatest.Fake(t)
			x := executor(w)
			group, req, before := seed(w, "a", k.req)
			p := kafkatest.Plan(t, x, req)
			if p.Totals.Skipped != nil || p.Totals.Reread != nil || p.Totals.Gone != nil {
				t.Errorf("%+v", p.Totals)
			}
			few := int64(1000)
			x.Policy = actions.Policy{MaxSkipped: &few}
			if _, err := x.Apply(t.Context(), p, kafkatest.Consent(p)); !errors.Is(err, actions.ErrRefused) || !same(w.Committed(group), before) {
				t.Errorf("%v, left are %v", err, w.Committed(group))
			}
		})
	}
}

// TestLateDelete has the coordinator take a deletion and not vouch for it: tried again it is done, or found done; given up
// on, it may take effect yet, and is an outcome unknown.
func TestLateDelete(t *testing.T) {
	for _, k := range kinds {
		for _, tt := range []struct {
			name string
			how  []string // of each answer: lags, or done and lags
			exit int
			left int // commits
		}{
			{"lags", []string{"lags"}, 0, len(k.left)},
			{"takes effect between", []string{"done"}, 0, len(k.left)},
			{"lags on and on", []string{"lags", "lags", "lags"}, int(actions.ErrUnknown), 3},
		} {
			t.Run(k.name+" "+tt.name, func(t *testing.T) {
				w, _ := kafkatest.Fake(t)
				group, req, _ := seed(w, "a", k.req)
				connect, left := w.Connect(), tt.how
				acting := connect.Acting
				connect.Acting = func(ctx context.Context, name string) (cluster.Conn, error) {
					conn, err := acting(ctx, name)
					return lagging{conn, &left}, err
				}
				x := w.Executor(reset.Action{Connect: connect}, groupdelete.Action{Connect: connect}, offsetdelete.Action{Connect: connect})
				p := kafkatest.Plan(t, x, req)
				rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
				if actions.ExitCode(err) != tt.exit || len(left) > 0 || len(w.Committed(group)) != tt.left {
					t.Errorf("%v (exit %d), left are %v", err, actions.ExitCode(err), w.Committed(group))
				}
				info, _, err := x.Show(t.Context(), rep.Run)
				if err != nil || tt.exit == 0 && (info.Status != actions.StatusDone || info.Done != 1) || tt.exit != 0 && info.Status != actions.StatusUnknown {
					t.Errorf("%+v, %v", info, err)
				}
			})
		}
	}
}

// lagging answers deletions with COORDINATOR_NOT_AVAILABLE, as a coordinator whose replicas don't follow in time.
type lagging struct {
	cluster.Conn
	how *[]string
}

func (l lagging) Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	if key := kmsg.Key(req.Key()); key != kmsg.DeleteGroups && key != kmsg.OffsetDelete || len(*l.how) == 0 {
		return l.Conn.Once(ctx, broker, req)
	}
	how := (*l.how)[0]
	*l.how = (*l.how)[1:]
	if how == "done" {
		if _, err := l.Conn.Once(ctx, broker, req); err != nil {
			return nil, err
		}
	}
	if del, ok := req.(*kmsg.DeleteGroupsRequest); ok {
		resp := del.ResponseKind().(*kmsg.DeleteGroupsResponse)
		resp.Groups = []kmsg.DeleteGroupsResponseGroup{{Group: del.Groups[0], ErrorCode: kerr.CoordinatorNotAvailable.Code}}
		return resp, nil
	}
	resp := req.ResponseKind().(*kmsg.OffsetDeleteResponse)
	resp.ErrorCode = kerr.CoordinatorNotAvailable.Code
	return resp, nil
}

// TestKillSweep cuts weir off at every audit write and every request of both actions.
func TestKillSweep(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			_, c := kafkatest.Fake(t)
			turns, least := 1, 20
			if *every {
				turns, least = 8, 200
			}
			count := kafkatest.NewSweep(t, k.name, "in memory", least)
			for turn := range turns { // as many groups as it takes, each with a journal of its own, which is read again and again
				sweep(t, kafkatest.On(t, c.ListenAddrs()), fmt.Sprintf("%d", turn), k.req, turn, count)
			}
		})
	}
}

func TestRealKillSweep(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			sweep(t, kafkatest.On(t, realkafka.Shared(t).Seeds()), realkafka.Name("s"), k.req, 0, kafkatest.NewSweep(t, k.name, "real", 10))
		})
	}
}

func sweep(t *testing.T, w *kafkatest.World, name string, req actions.Request, turn int, count *kafkatest.Sweep) {
	t.Helper()
	group, req, before := seed(w, name, req)
	x := executor(w)
	for _, after := range []bool{false, true} {
		for point := 1; ; point++ {
			p := kafkatest.Plan(t, x, req)
			w.Crash.Arm(point, after)
			rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			reached, where := w.Crash.Down(), w.Crash.Point
			w.Crash.Disarm()
			if !reached {
				kafkatest.Must(t, err)
			}
			found := recover(t, x, p, rep.Run, turn+point)
			if got := w.Committed(group); !same(got, before) {
				t.Fatalf("cut off at %s (after: %v): left are %v", where, after, got)
			}
			_, err = w.Admin.LeaveGroup(t.Context(), kadm.LeaveGroup(group).InstanceIDs(hold.Name(rep.Run)))
			kafkatest.Must(t, ignoreGone(err))
			if !reached {
				break
			}
			count.Point(found)
		}
	}
}

func ignoreGone(err error) error {
	if errors.Is(err, kerr.GroupIDNotFound) {
		return nil
	}
	return err
}

// recover settles a run that was cut off, goes on with it every other time, and undoes it. It gives the run as it was
// found.
func recover(t *testing.T, x *actions.Executor, p actions.Plan, run string, turn int) actions.RunInfo {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	if run == "" {
		return actions.RunInfo{}
	}
	info, _, err := x.Show(ctx, run)
	if errors.Is(err, actions.ErrUnseen) { // cut off before its first entry
		return info
	}
	kafkatest.Must(t, err)
	if info.Unfinished() {
		_, err := x.Settle(ctx, run)
		kafkatest.Must(t, err)
		if turn%2 == 0 {
			_, err = x.Resume(ctx, run, kafkatest.Consent(p))
			kafkatest.Must(t, err)
		}
	}
	req, err := x.Undo(ctx, run)
	if errors.Is(err, actions.ErrUsage) || errors.Is(err, actions.ErrRefused) {
		return info
	}
	kafkatest.Must(t, err)
	u := kafkatest.Plan(t, x, req)
	_, err = x.Apply(ctx, u, kafkatest.Consent(u))
	kafkatest.Must(t, err)
	return info
}
