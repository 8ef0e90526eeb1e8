package kafka_test

import (
	"errors"
	"slices"
	"testing"

	"weir/actions"
	"weir/actions/kafka/kafkatest"
	"weir/actions/kafka/leaderelection"
	"weir/internal/realkafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// doomed is a run that a broker's death befalls.
type doomed struct {
	*stage
	act
	name    string
	exits   []int
	plan    actions.Plan
	rep     actions.Report
	err     error
	arrived chan struct{} // closed when it waits for the death
	ended   chan struct{} // closed when it is over
}

// TestRealDeath kills one broker of three in the middle of a run of every action, all at once: the coordinator of their
// groups, which is the broker that is to lead next, and the active controller. It dies before the write, and with -args
// -all also right after it, so that the reply is lost and who would know is gone.
func TestRealDeath(t *testing.T) {
	for _, how := range []string{"before the write", "after the write"} {
		t.Run(how, func(t *testing.T) {
			if how != "before the write" && !*every {
				t.Skip("with -args -all")
			}
			// A session long enough that no other broker is taken for dead on a busy machine.
			c := realkafka.Start(t, realkafka.Options{Nodes: 3, Props: map[string]string{"broker.session.timeout.ms": "4000"}})
			die(t, c, how == "before the write")
		})
	}
}

func die(t *testing.T, c *realkafka.Cluster, before bool) {
	first := onReal(t, c)
	victim := first.controller()
	first.offsetsTopic()
	var all []*doomed
	for _, a := range acts {
		d := &doomed{stage: onReal(t, c), act: a, name: a.kind, exits: []int{0, 3, 8, 12, 13}}
		if a.kind == leaderelection.Kind {
			if !before {
				continue
			}
			d.exits, d.name = []int{8}, a.kind+", to lead next"
		} else {
			d.belongTo(victim)
		}
		all = append(all, d)
	}
	all = append(all, &doomed{stage: onReal(t, c), act: actOf(leaderelection.Kind), name: "leader-election, the controller", exits: []int{0, 3, 8, 12, 13}})
	others := slices.DeleteFunc([]int32{1, 2, 3}, func(b int32) bool { return b == victim })
	x, y := others[0], others[1]
	for _, d := range all {
		switch {
		case d.kind != leaderelection.Kind:
		case len(d.exits) == 1:
			d.was, d.turned = map[int32][]int32{0: {x, y, victim}, 1: {x, victim, y}}, map[int32][]int32{0: {y, x, victim}, 1: {victim, x, y}}
		default:
			d.was, d.turned = map[int32][]int32{0: {x, y}, 1: {x, y}}, map[int32][]int32{0: {y, x}, 1: {y, x}}
		}
		d.act.ready(d.stage)
		d.plan = kafkatest.Plan(t, d.trial.X, d.trial.Request)
	}
	release := make(chan struct{})
	for _, d := range all {
		d.begin(before, release)
	}
	for _, d := range all {
		select {
		case <-d.arrived:
		case <-d.ended:
			t.Errorf("%s: ended before the death: %+v, %v", d.name, d.rep, d.err)
		}
	}
	c.Kill(int(victim))
	close(release)
	for _, d := range all {
		<-d.ended
	}
	c.WaitGone(int(victim))
	for _, d := range all {
		d.check()
	}
}

// begin applies the plan up to the death, and then on.
func (d *doomed) begin(before bool, release <-chan struct{}) {
	d.arrived, d.ended = make(chan struct{}), make(chan struct{})
	wait := func() {
		close(d.arrived)
		<-release
	}
	switch {
	case !before: // the write is in the log, and who takes over tells it
		d.w.Wire.Lose(d.key, wait)
		d.trial.X.Patience, d.exits = actions.DefaultPatience, []int{0}
	case len(d.exits) == 1: // after the first batch, before the guards of the second
		d.trial.X.Tell = func(e actions.Event) {
			if e.Step.ID == "elect-1" && e.State == actions.OutcomeApplied {
				wait()
			}
		}
	default:
		d.w.Before(d.key, wait)
	}
	go func() {
		defer close(d.ended)
		d.rep, d.err = d.trial.X.Apply(d.t.Context(), d.plan, kafkatest.Consent(d.plan))
	}()
}

// check looks at what became of it, and does what a person would.
func (d *doomed) check() {
	t := d.t
	t.Helper()
	d.until("the brokers that are left tell the truth", func() bool {
		offsets, err := d.w.Admin.FetchOffsets(t.Context(), d.group)
		_, err2 := d.w.Admin.ListGroups(t.Context())
		ends, err3 := d.w.Admin.ListEndOffsets(t.Context(), d.topic)
		return errors.Join(err, offsets.Error(), err2, err3, ends.Error()) == nil
	})
	_, entries, err := d.trial.X.Show(t.Context(), d.rep.Run)
	kafkatest.Must(t, err)
	exit := actions.ExitCode(d.err)
	t.Logf("%s: exit %d: %s: %v", d.name, exit, kafkatest.Journal(entries), d.err)
	if !slices.Contains(d.exits, exit) {
		t.Errorf("%s: exit %d (%v), want one of %v", d.name, exit, d.err, d.exits)
	}
	d.trial.Honest(t, d.plan, d.rep, d.err)
	d.trial.GoOn(t, d.plan, d.rep.Run)
	d.trial.Back(t, d.plan, d.rep.Run)
}

// controller gives the active controller, which only the quorum tells.
func (s *stage) controller() int32 {
	s.t.Helper()
	req := kmsg.NewPtrDescribeQuorumRequest()
	topic := kmsg.NewDescribeQuorumRequestTopic()
	topic.Topic, topic.Partitions = "__cluster_metadata", []kmsg.DescribeQuorumRequestTopicPartition{{}}
	req.Topics = append(req.Topics, topic)
	resp, err := req.RequestWith(s.t.Context(), s.w.Client)
	kafkatest.Must(s.t, err)
	return resp.Topics[0].Partitions[0].LeaderID
}

// offsetsTopic has the brokers make the topic that groups belong to.
func (s *stage) offsetsTopic() {
	s.t.Helper()
	s.until("the coordinators are there", func() bool {
		found := s.w.Admin.FindGroupCoordinators(s.t.Context(), s.group)
		return found.Error() == nil
	})
	s.w.Everywhere("__consumer_offsets", "leaders", func(now kmsg.MetadataResponseTopic) bool {
		return !slices.ContainsFunc(now.Partitions, func(p kmsg.MetadataResponseTopicPartition) bool { return p.Leader < 0 || len(p.ISR) < 3 })
	})
}

// belongTo names the group anew, until the broker is its coordinator.
func (s *stage) belongTo(broker int32) {
	s.t.Helper()
	all := s.w.Newest("__consumer_offsets")
	for range 1000 {
		if all[slot(s.group, len(all))].Leader == broker {
			return
		}
		s.name()
	}
	s.t.Fatalf("broker %d leads no partition of the offsets topic", broker)
}
