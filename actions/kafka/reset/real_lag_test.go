package reset

import (
	"context"
	"errors"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"
	"weir/internal/realkafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestRealLag has a replica of the offsets topic hang while offsets are committed: the coordinator answers that it isn't
// available, keeps the commit in its log, and lets it count once the replica follows. weir must not say that nothing was
// changed.
func TestRealLag(t *testing.T) {
	if !*everyPoint {
		t.Skip("with -args -all: it takes a cluster of its own")
	}
	c := realkafka.Start(t, realkafka.Options{Nodes: 3, Props: map[string]string{"broker.session.timeout.ms": "60000", "offsets.commit.timeout.ms": "500"}})
	w := kafkatest.On(t, c.Seeds())
	topic, group := realkafka.Name("orders"), realkafka.Name("group")
	c.CreateTopic(t, topic, 3, 3, nil)
	for p := range int32(3) {
		w.Produce(topic, p, 10, time.Now().Add(-time.Hour))
		c.CommitAdmin(t, group, topic, p, 5)
	}
	found := w.Admin.FindGroupCoordinators(t.Context(), group)
	lags := int(found[group].NodeID)%3 + 1
	connect := w.Connect()
	acting := connect.Acting
	connect.Acting = func(ctx context.Context, name string) (cluster.Conn, error) {
		conn, err := acting(ctx, name)
		return &pausing{Conn: conn, pause: func() { c.Pause(lags) }}, err
	}
	x := w.Executor(Action{Connect: connect})
	p := kafkatest.Plan(t, x, ask(group, "to", "2"))
	rep, err := x.Apply(t.Context(), p, kafkatest.Consent(p))
	c.Resume(lags)
	if err == nil { // the controller dropped the replica in time for a later try
		return
	}
	if !errors.Is(err, actions.ErrUnknown) || rep.Status != actions.StatusUnknown {
		t.Errorf("%v (exit %d), %+v", err, actions.ExitCode(err), rep)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for at := topic + ":0"; w.Committed(group)[at].At != 2; { // it comes all the same
		if ctx.Err() != nil {
			t.Fatalf("committed are %v", w.Committed(group))
		}
	}
	if found, err := x.Settle(t.Context(), rep.Run); err != nil || len(found) != 1 || found[0].Outcome != actions.OutcomeApplied {
		t.Errorf("%+v, %v", found, err)
	}
}

// pausing does something right before the first commit is sent.
type pausing struct {
	cluster.Conn
	pause func()
}

func (p *pausing) Once(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	if _, ok := req.(*kmsg.OffsetCommitRequest); ok && p.pause != nil {
		p.pause()
		p.pause = nil
	}
	return p.Conn.Once(ctx, broker, req)
}
