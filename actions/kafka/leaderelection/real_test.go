package leaderelection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"
	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/realkafka"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func leaders(t *testing.T, w *kafkatest.World, topic string) (out []int32) {
	t.Helper()
	for _, p := range w.Newest(topic) {
		out = append(out, p.Leader)
	}
	return out
}

// TestRealKillSweep cuts weir off on real brokers: at some points, or with -args -all at all of them.
func TestRealKillSweep(t *testing.T) {
	t.Parallel()
	c := realkafka.Shared(t)
	w := kafkatest.On(t, c.Seeds())
	name := realkafka.Name("sweep")
	c.CreateTopic(t, name, 3, 3, nil)
	first := map[int32][]int32{0: {1, 2, 3}, 1: {2, 3, 1}, 2: {3, 1, 2}}
	turned := map[int32][]int32{0: {2, 1, 3}, 1: {3, 2, 1}, 2: {1, 3, 2}}
	a := action(w)
	a.patience = 2 * time.Second
	s := &stand{w: w, x: w.Executor(a), req: ask(topic(name), "batch", "2"), before: []int32{1, 2, 3}, after: []int32{2, 3, 1}}
	s.now = func() []int32 { return leaders(t, w, name) }
	s.back = func() {
		w.Reorder(name, first)
		_, err := w.Admin.ElectLeaders(t.Context(), kadm.ElectPreferredReplica, kadm.TopicsSet{name: {0: {}, 1: {}, 2: {}}})
		kafkatest.Must(t, err)
		w.Reorder(name, turned)
		w.Everywhere(name, "the leaders", func(now kmsg.MetadataResponseTopic) bool {
			return !slices.ContainsFunc(now.Partitions, func(p kmsg.MetadataResponseTopicPartition) bool {
				return p.Leader != s.before[p.Partition] || len(p.ISR) != 3
			})
		})
	}
	s.count = kafkatest.NewSweep(t, "leader-election", "real", 10)
	step := 3
	if *everyPoint {
		step = 1
	}
	for _, after := range []bool{false, true} {
		for point := 1; s.cut(t, point, after); {
			point += step
		}
	}
}

// as connects in place of the world with a login, and leaves the other role to the world.
func as(c *realkafka.Cluster, u realkafka.User, role kafka.Role) func(context.Context, string) (cluster.Conn, error) {
	return func(ctx context.Context, name string) (cluster.Conn, error) {
		cl, err := kafka.Dial(ctx, config.Cluster{Name: name, Brokers: c.SASLSeeds(), Timeout: 10 * time.Second, Security: config.Security{
			SASL: config.SASL{Mechanism: config.Scram256, Username: u.Name, Password: config.Literal(u.Password)}}}, role, kafka.Options{})
		if err != nil {
			return nil, err
		}
		return cluster.Of(cl), nil
	}
}

// TestRealRights has principals who may see less than everything, and one who may not elect.
func TestRealRights(t *testing.T) {
	c := realkafka.Shared(t)
	w := kafkatest.On(t, c.Seeds())
	name := realkafka.Name("rights")
	c.CreateTopic(t, name, 1, 3, nil)
	was := w.Newest(name)[0].Replicas
	w.Reorder(name, map[int32][]int32{0: {was[1], was[0], was[2]}})
	u := c.NewUser(t)
	c.Grant(t, u, realkafka.OnTopic(name, kmsg.ACLOperationDescribe))
	a := action(w)
	a.Connect = cluster.Connect{Seeing: as(c, u, kafka.Seeing), Acting: as(c, u, kafka.Acting)}
	x := w.Executor(a)
	p := kafkatest.Plan(t, x, ask(topic(name)))
	if warned := strings.Join(p.Warnings, "\n"); !strings.Contains(warned, "whether a reassignment is under way could not be seen") || len(p.Guards) != 2 {
		t.Errorf("plan %+v", p)
	}
	_, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	if !errors.Is(err, actions.ErrUnseen) || !strings.Contains(fmt.Sprint(err), "may not elect leaders") || leaders(t, w, name)[0] != was[0] {
		t.Errorf("without the right: %v", err)
	}
	c.Grant(t, u, realkafka.OnCluster(kmsg.ACLOperationAlter))
	p = kafkatest.Plan(t, x, ask(topic(name)))
	_, err = x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if got := leaders(t, w, name); got[0] != was[1] {
		t.Errorf("leaders are %v, want %d", got, was[1])
	}
	other := realkafka.Name("hidden")
	c.CreateTopic(t, other, 1, 3, nil)
	if _, err := x.Registry.Plan(t.Context(), ask(topic(other))); !errors.Is(err, actions.ErrUnseen) {
		t.Errorf("a topic that may not be seen: %v", err)
	}
}

// TestRealBrokers has brokers die: first leaders are elected back, then a partition is left without any.
func TestRealBrokers(t *testing.T) {
	t.Parallel()
	// A session long enough that no other broker but the one that died is taken for dead on a busy machine.
	c := realkafka.Start(t, realkafka.Options{Nodes: 3, SeparateController: true, Props: map[string]string{"broker.session.timeout.ms": "5000"}})
	w := kafkatest.On(t, c.Seeds())
	a := Action{Connect: w.Connect()}
	x := w.Executor(a)
	back, dark := realkafka.Name("back"), realkafka.Name("dark")
	c.CreateTopic(t, back, 6, 3, nil)
	c.CreateTopic(t, dark, 1, 2, nil)
	var place kadm.AlterPartitionAssignmentsReq
	place.Assign(dark, 0, []int32{1, 2})
	_, err := w.Admin.AlterPartitionAssignments(t.Context(), place)
	kafkatest.Must(t, err)
	w.Everywhere(dark, "the place", func(now kmsg.MetadataResponseTopic) bool {
		p := now.Partitions[0]
		return slices.Equal(p.Replicas, []int32{1, 2}) && len(p.ISR) == 2
	})
	c.Produce(t, dark, 0, 5)
	stale := backAgain(t, c, w, x, back)

	c.Kill(2)
	c.WaitGone(2)
	w.Acted.Reset()
	if _, err := x.Apply(t.Context(), stale, kafkatest.Consent(stale)); !errors.Is(err, actions.ErrStale) || len(w.Acted.Count()) > 0 {
		t.Errorf("a plan from before the death of a broker: %v", err)
	}
	kafkatest.Must(t, w.Client.ProduceSync(t.Context(), &kgo.Record{Topic: dark, Value: []byte("only broker 1 has it")}).FirstErr())
	c.Kill(1)
	c.WaitGone(1)
	c.Restart(2)
	w.Everywhere(dark, "no leader", func(now kmsg.MetadataResponseTopic) bool { return now.Partitions[0].Leader < 0 })
	if _, err := x.Registry.Plan(t.Context(), ask(topic(dark))); !errors.Is(err, actions.ErrGuard) || !strings.Contains(fmt.Sprint(err), "there is no leader") {
		t.Errorf("a preferred election without a leader: %v", err)
	}
	p := kafkatest.Plan(t, x, ask(topic(dark), "type", "unclean"))
	t.Logf("%s", p.Changes[0].Note)
	if note := p.Changes[0].Note; string(p.Changes[0].After) != "2" || !strings.Contains(note, "eligible leader replicas: 1;") || !strings.Contains(note, "broker 2's copy ends at 5") ||
		!strings.Contains(strings.Join(p.Warnings, "\n"), "start broker 1 again instead") {
		t.Errorf("change %+v\n%v", p.Changes[0], p.Warnings)
	}
	_, err = x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if got := leaders(t, w, dark); got[0] != 2 {
		t.Errorf("leaders are %v", got)
	}
	ends, err := w.Admin.ListEndOffsets(t.Context(), dark)
	kafkatest.Must(t, err)
	if o, _ := ends.Lookup(dark, 0); o.Offset != 5 {
		t.Errorf("the log ends at %d", o.Offset)
	}
}

// backAgain restarts broker 3 and elects it back, and leaves a plan that the next death makes stale.
func backAgain(t *testing.T, c *realkafka.Cluster, w *kafkatest.World, x *actions.Executor, name string) actions.Plan {
	t.Helper()
	// led waits until so many are led by their preferred replica, in the eyes of every broker.
	led := func(n int) {
		t.Helper()
		w.Everywhere(name, fmt.Sprintf("%d preferred leaders", n), func(now kmsg.MetadataResponseTopic) bool {
			found := 0
			for _, p := range now.Partitions {
				if p.Leader == p.Replicas[0] {
					found++
				}
			}
			return found == n
		})
	}
	led(6)
	c.Kill(3)
	c.WaitGone(3)
	if _, err := x.Registry.Plan(t.Context(), ask(topic(name))); !errors.Is(err, actions.ErrGuard) || !strings.Contains(fmt.Sprint(err), "its preferred replica, broker 3, is down") {
		t.Errorf("while it is down: %v", err)
	}
	c.Restart(3)
	c.WaitISR(name, 3)
	led(4)
	p := kafkatest.Plan(t, x, ask(lag.Ref{Kind: lag.KindCluster}, "batch", "1"))
	rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	kafkatest.Must(t, err)
	if led(6); rep.Status != actions.StatusDone {
		t.Fatalf("%+v", rep)
	}
	turned := map[int32][]int32{}
	for _, p := range w.Newest(name) {
		turned[p.Partition] = append(slices.Clone(p.Replicas[1:]), p.Replicas[0])
	}
	w.Reorder(name, turned)
	return kafkatest.Plan(t, x, ask(topic(name)))
}
