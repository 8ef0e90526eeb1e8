package reset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/kafkatest"
	"weir/internal/realkafka"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestMain(m *testing.M) {
	if how := os.Getenv(childWord); how != "" {
		os.Exit(consume(how))
	}
	os.Exit(realkafka.Main(m))
}

// real is a topic with ten records in each of three partitions on real brokers.
func real(t *testing.T) (*realkafka.Cluster, *kafkatest.World, string) {
	c := realkafka.Shared(t)
	w := kafkatest.On(t, c.Seeds())
	topic := realkafka.Name("orders")
	c.CreateTopic(t, topic, 3, 3, nil)
	for p := range int32(3) {
		w.Produce(topic, p, 10, time.Now().Add(-time.Hour))
	}
	return c, w, topic
}

func ask(group string, params ...string) actions.Request {
	r := actions.Request{Kind: Kind, Target: kafkatest.Group(group), Params: map[string]string{}}
	for i := 0; i < len(params); i += 2 {
		r.Params[params[i]] = params[i+1]
	}
	return r
}

// TestRealHold brings a consumer back while the offsets are being written: it must wait, and then read from the new ones.
func TestRealHold(t *testing.T) {
	for _, tt := range []struct {
		name string
		join func(*realkafka.Cluster, testing.TB, string, []string, ...kgo.Opt) *realkafka.Member
		opts []kgo.Opt
	}{
		{"classic", (*realkafka.Cluster).JoinClassic, []kgo.Opt{kgo.Balancers(kgo.RangeBalancer())}},
		{"classic, cooperative", (*realkafka.Cluster).JoinClassic, []kgo.Opt{kgo.Balancers(kgo.CooperativeStickyBalancer())}},
		{"KIP-848", (*realkafka.Cluster).JoinConsumer, []kgo.Opt{kgo.Balancers(kgo.RangeBalancer()), kgo.ServerSideBalancer()}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, w, topic := real(t)
			group := realkafka.Name("group")
			m := tt.join(c, t, group, []string{topic})
			m.Read(t, 30)
			m.Leave()
			x := w.Executor(Action{Connect: w.Connect(), batch: 2})
			p := kafkatest.Plan(t, x, ask(group, "to", "4"))
			back := &returning{t: t, w: w, group: group, opts: append(tt.opts, kgo.SeedBrokers(c.Seeds()...), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit())}
			x.Tell = back.hear
			rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			kafkatest.Must(t, err)
			if rep.Status != actions.StatusDone || len(rep.Notes) > 0 {
				t.Fatalf("report %+v", rep)
			}
			back.check(topic)
			if n := w.Seen.Count()["JoinGroup"] + w.Seen.Count()["ConsumerGroupHeartbeat"]; n != 0 {
				t.Errorf("the seeing client joined: %v", w.Seen.Count())
			}
		})
	}
}

// returning is a consumer that comes back between the hold and the first commit.
type returning struct {
	t     *testing.T
	w     *kafkatest.World
	group string
	opts  []kgo.Opt
	cl    *kgo.Client
}

func (r *returning) hear(e actions.Event) {
	if e.Step.ID != "commit-1" || e.State != "" || r.cl != nil {
		return
	}
	var err error
	r.cl, err = kgo.NewClient(r.opts...)
	kafkatest.Must(r.t, err)
	r.t.Cleanup(r.cl.CloseAllowingRebalance)
	ctx, cancel := context.WithTimeout(r.t.Context(), 30*time.Second)
	defer cancel()
	for ctx.Err() == nil { // a coordinator tells nobody that a member came
		classic, err := r.w.Admin.DescribeGroups(ctx, r.group)
		kafkatest.Must(r.t, err)
		newer, err := r.w.Admin.DescribeConsumerGroups(ctx, r.group)
		kafkatest.Must(r.t, err)
		if len(classic[r.group].Members) == 2 || len(newer[r.group].Members) == 2 {
			return
		}
	}
	r.t.Error("the consumer didn't come back")
}

// check reads what the consumer gets: every partition from offset 4 on, and nothing before.
func (r *returning) check(topic string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 30*time.Second)
	defer cancel()
	first := map[int32]int64{}
	for n := 0; n < 18; {
		f := r.cl.PollFetches(ctx)
		kafkatest.Must(r.t, f.Err0())
		f.EachRecord(func(rec *kgo.Record) {
			if _, seen := first[rec.Partition]; !seen {
				first[rec.Partition] = rec.Offset
			}
			n++
		})
	}
	for p := range int32(3) {
		if first[p] != 4 {
			r.t.Errorf("the consumer read %s:%d from %d on", topic, p, first[p])
		}
	}
}

// TestRealLike resets twin groups, one with Apache's tool and one with weir.
func TestRealLike(t *testing.T) {
	c, w, topic := real(t)
	c.DeleteRecords(t, topic, 1, 3)
	csv := filepath.Join(t.TempDir(), "offsets.csv")
	table := fmt.Sprintf("%s,0,2\n%s,1,1\n%s,2,99\n", topic, topic, topic)
	kafkatest.Must(t, os.WriteFile(csv, []byte(table), 0o600))
	at := time.Now().Add(-time.Hour + 5*time.Second).UTC()
	for _, tt := range []struct {
		name   string
		apache []string
		ours   []string
	}{
		{"earliest", []string{"--to-earliest"}, []string{"to", "earliest"}},
		{"latest", []string{"--to-latest"}, []string{"to", "latest"}},
		{"current", []string{"--to-current"}, []string{"to", "current"}},
		{"offset", []string{"--to-offset", "6"}, []string{"to", "6"}},
		{"offset below", []string{"--to-offset", "1"}, []string{"to", "1"}},
		{"offset beyond", []string{"--to-offset", "77"}, []string{"to", "77"}},
		{"back", []string{"--shift-by", "-4"}, []string{"shift", "-4"}},
		{"on", []string{"--shift-by", "4"}, []string{"shift", "4"}},
		{"datetime", []string{"--to-datetime", at.Format("2006-01-02T15:04:05.000Z")}, []string{"to", at.Format("2006-01-02T15:04:05.000Z")}},
		{"duration", []string{"--by-duration", "PT2H"}, []string{"ago", "2h"}},
		{"past the end", []string{"--by-duration", "PT1M"}, []string{"ago", "1m"}},
		{"file", []string{"--from-file", csv}, []string{"from-file", table}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			theirs, ours := realkafka.Name("theirs"), realkafka.Name("ours")
			for _, g := range []string{theirs, ours} {
				for p, at := range []int64{5, 6, 7} {
					c.CommitAdmin(t, g, topic, int32(p), at)
				}
			}
			args := append([]string{"--group", theirs, "--reset-offsets", "--execute"}, tt.apache...)
			if tt.name != "file" {
				args = append(args, "--topic", topic)
			}
			out := c.ConsumerGroups(t, args...)
			x := w.Executor(Action{Connect: w.Connect()})
			p := kafkatest.Plan(t, x, ask(ours, append(tt.ours, "past-end", "end", "out-of-range", "clamp")...))
			_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
			kafkatest.Must(t, err)
			a, b := w.Committed(theirs), w.Committed(ours)
			for at, want := range a {
				if got := b[at]; got.At != want.At {
					t.Errorf("%s: weir committed %d, Apache's tool %d\n%s", at, got.At, want.At, out)
				}
			}
			if len(a) != 3 || len(b) != 3 {
				t.Errorf("%d and %d offsets", len(a), len(b))
			}
		})
	}
}

// TestRealRefusals are groups that must not be reset, each with the reason.
func TestRealRefusals(t *testing.T) {
	c, w, topic := real(t)
	live, newer, share, sink := realkafka.Name("live"), realkafka.Name("newer"), realkafka.Name("share"), realkafka.Name("connect-s3")
	c.JoinClassic(t, live, []string{topic}).Read(t, 30)
	c.JoinConsumer(t, newer, []string{topic}).Read(t, 30)
	c.JoinShare(t, share, []string{topic})
	c.CommitAdmin(t, sink, topic, 0, 1)
	for _, tt := range []struct {
		group string
		kind  actions.Kind
		says  string
	}{
		{live, actions.ErrGuard, "1 member: member-"},
		{newer, actions.ErrGuard, "1 member: member-"},
		{share, actions.ErrGuard, "share group"},
		{sink, actions.ErrGuard, "looks like the group of Connect sink"},
		{realkafka.Name("typo"), actions.ErrUnseen, "there is no group"},
	} {
		t.Run(tt.group, func(t *testing.T) {
			x := w.Executor(Action{Connect: w.Connect()})
			p, err := x.Registry.Plan(t.Context(), ask(tt.group, "to", "earliest"))
			if err == nil {
				_, err = x.Apply(t.Context(), p, kafkatest.Consent(p))
			}
			if !errors.Is(err, tt.kind) || !strings.Contains(fmt.Sprint(err), tt.says) || actions.ExitCode(err) != int(tt.kind) {
				t.Errorf("got %v (exit %d), want %v with %q", err, actions.ExitCode(err), tt.kind, tt.says)
			}
			if n := w.Acted.Count(); len(n) > 0 {
				t.Errorf("the acting client sent %v", n)
			}
		})
	}
	groups, err := w.Admin.ListGroups(t.Context())
	kafkatest.Must(t, err)
	for _, g := range groups.Groups() {
		if strings.HasPrefix(g, "typo") {
			t.Errorf("group %s was made", g)
		}
	}
}

// TestRealKillSweep cuts weir off on real brokers: at some points, or with -args -all at all of them.
func TestRealKillSweep(t *testing.T) {
	c := realkafka.Shared(t)
	count := kafkatest.NewSweep(t, "offset-reset", "real", 20)
	for _, name := range []string{"simple", "KIP-848", "stopped"} {
		t.Run(name, func(t *testing.T) {
			newer := name == "KIP-848"
			stop := name == "stopped"
			if stop && !*everyPoint {
				t.Skip("with -args -all")
			}
			w := kafkatest.On(t, c.Seeds())
			name := realkafka.Name("sweep")
			if newer { // a member makes the group one of its kind, and leaves it so
				first := realkafka.Name("first")
				c.CreateTopic(t, first, 1, 3, nil)
				c.JoinConsumer(t, "g-"+name, []string{first}).Leave()
			}
			s, req := newSweep(t, w, name, 1, true)
			s.count = count
			if stop {
				s.application()
				req.Params["stop-app"] = "true"
			}
			x := w.Executor(s.a)
			if p := kafkatest.Plan(t, x, req); newer != (p.Facts[fKind] == lag.Consumer.String()) {
				t.Fatalf("the group is %s", p.Facts[fKind])
			}
			step := 5
			if *everyPoint {
				step = 1
			}
			for _, after := range []bool{false, true} {
				for point := 1; s.cut(t, x, req, point, after); {
					point += step
				}
			}
		})
	}
}
